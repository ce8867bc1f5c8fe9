import { parseDecimal, UNSEEN } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { expect, test } from "vitest";
import { halfway, USD, XRD } from "../../test/sample-health.ts";
import { openPriceGuard, type PriceGuardDeps } from "./price-guard.ts";

const { signal } = new AbortController();
const limits = {
  band: parseDecimal("0.2"),
  hourBand: parseDecimal("0.35"),
  dayBand: parseDecimal("0.5"),
  extremeFactor: parseDecimal("10"),
  agreement: parseDecimal("0.05"),
  referenceTolerance: parseDecimal("0.01"),
  maxAgeSeconds: 14_400n,
};
const guardOf = (readStates: PriceGuardDeps["readStates"]) =>
  openPriceGuard([halfway], { readStates, limits, xrd: XRD }, signal);

test("a price that the guard never saw is doubted, with its number", async () => {
  const asked: (readonly string[])[] = [];
  const guard = await guardOf((assets) => {
    asked.push(assets);
    return Promise.resolve(new Map(assets.map((asset) => [asset, { state: UNSEEN, version: 0 }])));
  });
  expect(asked).toEqual([[USD]]);
  expect(guard.asked).toBe("asked about 1 assets");
  expect(guard.findDoubt(halfway)).toBe(`first_seen: 2 XRD for ${USD}`);
});

test("a guard that cannot be asked is told of, and prices are taken as the ledger has them", async () => {
  const guard = await guardOf(() =>
    Promise.reject(new AppError("state_table_failed", "no table", { disposition: "retry" })),
  );
  expect(guard.asked).toBe("not asked, no table");
  expect(guard.findDoubt(halfway)).toBeUndefined();
});

test("a price of zero is believed by nobody", async () => {
  const guard = await guardOf(null);
  const loans = halfway.loans.map((loan) => ({ ...loan, price: parseDecimal("0") }));
  expect(guard.asked).toBe("not asked, no state table is named (STATE_TABLE)");
  expect(guard.findDoubt({ ...halfway, loans })).toBe(`zero: ${USD}`);
});
