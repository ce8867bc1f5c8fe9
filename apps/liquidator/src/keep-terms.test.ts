import type { LiquidationTerms } from "@weft/ledger";
import { expect, test, vi } from "vitest";
import { createTermsKeeper, TERMS_MAX_AGE_MS } from "./keep-terms.ts";

const signal = new AbortController().signal;
const always = () => true;
const terms = (): LiquidationTerms => ({
  pools: new Map(),
  services: { mayRepay: always, mayRepayForNft: always, mayRemove: always },
});

function keeper(read: () => Promise<LiquidationTerms>) {
  let nowMs = 1_000;
  const log = { warn: vi.fn() };
  const first = terms();
  const kept = createTermsKeeper(first, { read, nowMs: () => nowMs, log });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { kept, first, log, pass };
}

test("what was read last is at hand, without asking anyone", async () => {
  const next = terms();
  const { kept, first } = keeper(() => Promise.resolve(next));
  expect(kept.current()).toBe(first);
  await kept.refresh(signal);
  expect(kept.current()).toBe(next);
});

test("a reading that fails keeps what is known, and is told", async () => {
  const { kept, first, log } = keeper(() => Promise.reject(new Error("no Gateway")));
  await kept.refresh(signal);
  expect(kept.current()).toBe(first);
  expect(log.warn).toHaveBeenCalledOnce();
});

test("what is too old is not acted on until it is read again", async () => {
  const { kept, first, pass } = keeper(() => Promise.resolve(terms()));
  pass(TERMS_MAX_AGE_MS);
  expect(kept.current()).toBe(first);
  pass(1);
  expect(() => kept.current()).toThrow(
    expect.objectContaining({ code: "terms_stale", disposition: "retry" }),
  );
  await kept.refresh(signal);
  expect(kept.current()).not.toBe(first);
});
