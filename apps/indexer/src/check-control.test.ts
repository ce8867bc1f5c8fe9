import type { LedgerHealth, LedgerValuation } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import {
  batch,
  believedPrices,
  ledgerHealth,
  nftCdp,
  xrdCdp,
  xrdMarket,
} from "../test/builders.ts";
import { type CheckControlDeps, type ControlEvent, checkControl } from "./check-control.ts";
import { screenCdps } from "./screen-cdps.ts";

const { signal } = new AbortController();
const lines = { confirmFrom: parseDecimal("0.99"), badDebtCollateralXrd: parseDecimal("1") };
const market = xrdMarket();

/** Each owes 40 against 100, good for 80, and is asked about at 0.99 or more. */
const screen = (...ids: readonly string[]) => {
  const reads = new Map(
    ids.map((id) => [id, { kind: "live", cdp: xrdCdp(id, "40", "100") }] as const),
  );
  return screenCdps(ids, reads, market, believedPrices, lines);
};

async function check(
  valueCdps: (id: string) => LedgerValuation | Promise<LedgerValuation> | undefined,
  { screened = screen("#1#"), runId = batch.runId, within = signal } = {},
) {
  const events: ControlEvent[] = [];
  const deps: CheckControlDeps = {
    valueCdps: async ([id = ""]) => {
      const valuation = await valueCdps(id);
      return new Map(valuation === undefined ? [] : [[id, valuation]]);
    },
    observeControl: (event) => events.push(event),
    lines,
  };
  const found = await checkControl({ screened, market }, { ...batch, runId }, deps, within);
  return { found, events };
}

describe("checkControl", () => {
  it.each<[string, LedgerHealth, string]>([
    ["the same", ledgerHealth("40", "100", "0.5"), "agrees"],
    ["nearer to the line than believed", ledgerHealth("40", "100", "0.6"), "deviates"],
    ["of another value by now", ledgerHealth("40", "90", "0.6"), "moved"],
  ])("tells that the ledger finds a CDP %s", async (_what, health, end) => {
    const { found, events } = await check(() => health);
    expect(found).toBeUndefined();
    expect(events).toMatchObject([{ end, id: "#1#" }]);
  });

  it("names both ratios", async () => {
    const { events } = await check(() => ledgerHealth("40", "100", "0.6"));
    expect(events[0]?.detail).toBe("0.5 by our count, 0.6 by the ledger's");
  });

  it("gives back what the ledger finds over the line, whatever its values", async () => {
    const deviating = await check(() => ledgerHealth("40", "100", "1.1"));
    expect(deviating.found).toMatchObject({ kind: "suspect", id: "#1#" });
    const moved = await check(() => ledgerHealth("40", "30", "1.6"));
    expect(moved.found).toMatchObject({ kind: "suspect", id: "#1#" });
    expect(moved.events).toMatchObject([{ end: "moved" }]);
    expect((await check(() => ledgerHealth("40", "100", "1"))).found).toBeUndefined();
  });

  it.each<[string, () => LedgerValuation | Promise<LedgerValuation> | undefined, string]>([
    ["cannot value it", () => ({ unreadable: "no price" }), "no price"],
    ["leaves it out", () => undefined, "the ledger did not tell of it"],
    ["is not there", () => Promise.reject(new Error("502")), "502"],
  ])("costs nothing when the ledger %s", async (_what, answer, detail) => {
    const { found, events } = await check(answer);
    expect(found).toBeUndefined();
    expect(events).toEqual([{ end: "unanswered", id: "#1#", detail }]);
  });

  it("ends with the batch", async () => {
    const ended = AbortSignal.abort(new Error("the message is lost"));
    const checking = check(() => Promise.reject(new Error("aborted")), { within: ended });
    await expect(checking).rejects.toThrow("the message is lost");
  });

  it("draws by run and batch: the same at the second delivery, others as runs go by", async () => {
    const screened = screen("#1#", "#2#", "#3#", "#4#");
    const drawnIn = async (minute: number) => {
      const runId = `20261120T21${minute}00Z`;
      const { events } = await check(() => ledgerHealth("40", "100", "0.5"), { screened, runId });
      return events[0]?.id;
    };
    const minutes = Array.from({ length: 40 }, (_, index) => index + 10);
    const drawn = await Promise.all(minutes.map(drawnIn));
    expect(await Promise.all(minutes.map(drawnIn))).toEqual(drawn);
    expect(new Set(drawn)).toEqual(new Set(["#1#", "#2#", "#3#", "#4#"]));
  });

  it("draws only what is valued and healthy by our own count", async () => {
    const reads = new Map([
      ["#1#", { kind: "live", cdp: xrdCdp("#1#", "0", "100") }],
      ["#2#", { kind: "live", cdp: xrdCdp("#2#", "84", "100") }],
      ["#3#", { kind: "burned" }],
      ["#4#", { kind: "live", cdp: nftCdp("#4#", "5") }],
      ["#5#", { kind: "live", cdp: xrdCdp("#5#", "50", "0.5") }],
    ] as const);
    const screened = screenCdps([...reads.keys()], reads, market, believedPrices, lines);
    const { found, events } = await check(() => expect.unreachable(), { screened });
    expect(found).toBeUndefined();
    expect(events).toEqual([]);
  });
});
