import type { LedgerHealth } from "@weft/ledger";
import { type Market, type Price, parseDecimal, type SuspectReason } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { PriceGuardStore, StoredPriceGuard } from "@weft/store";
import { describe, expect, it } from "vitest";
import { ledgerHealth, xrdMarket } from "../test/builders.ts";
import { type JudgePricesDeps, judgePrices } from "./judge-prices.ts";

const { signal } = new AbortController();
const ETH = "resource_sim1eth";
const BTC = "resource_sim1btc";
const UNIT = "resource_sim1w2eth";
const START = 1_795_211_698n;
const config = { priceFeedId: 0, loan: null, collateral: null };

/** A market at a time, with these prices observed then. */
function marketAt(seconds: bigint, prices: Readonly<Record<string, string>>): Market {
  const observed = Object.entries(prices).map(([asset, text]): [string, Price] => [
    asset,
    {
      price: parseDecimal(text),
      timestampSeconds: START + seconds,
      transactionHash: `tx${seconds}`,
    },
  ]);
  const market = xrdMarket();
  return {
    ...market,
    ledgerTimeSeconds: START + seconds,
    prices: new Map(observed),
    resourceConfigs: new Map([market.xrd, ETH, BTC].map((resource) => [resource, config])),
    depositUnits: new Map([[UNIT, ETH]]),
  };
}

/** What the guard remembers, in memory. */
function createStore() {
  const items = new Map<string, StoredPriceGuard>();
  const reads: (readonly string[])[] = [];
  const store: PriceGuardStore = {
    read: (resources) => {
      reads.push(resources);
      return Promise.resolve(
        new Map(
          resources.map((resource) => [
            resource,
            items.get(resource) ?? { state: { accepted: null, suspect: null }, version: 0 },
          ]),
        ),
      );
    },
    replace: (resource, { state, readVersion }) => {
      if ((items.get(resource)?.version ?? 0) !== readVersion) return Promise.resolve(false);
      items.set(resource, { state, version: readVersion + 1 });
      return Promise.resolve(true);
    },
  };
  return { items, reads, store };
}

function createGuard(change: Partial<JudgePricesDeps> = {}) {
  const memory = createStore();
  const failures: unknown[] = [];
  const deps: JudgePricesDeps = {
    store: memory.store,
    readReferences: null,
    limits: {
      band: parseDecimal("0.2"),
      hourBand: parseDecimal("0.35"),
      dayBand: parseDecimal("0.5"),
      extremeFactor: parseDecimal("10"),
      agreement: parseDecimal("0.05"),
      referenceTolerance: parseDecimal("0.01"),
      maxAgeSeconds: 14_400n,
    },
    onFailure: (part) => failures.push(part),
    ...change,
  };
  const judge = (market: Market) => judgePrices(market, deps, signal);
  const reasons = async (market: Market) =>
    Object.fromEntries(
      [...(await judge(market)).decisions].map(([asset, decision]) => [
        asset,
        decision.kind === "accepted" ? decision.basis : decision.reason,
      ]),
    );
  return { ...memory, failures, deps, judge, reasons };
}

/** What the ledger says of a CDP that owes ETH at a price. */
function healthAt(price: string): LedgerHealth {
  const loan = { resource: ETH, price: parseDecimal(price) } as LedgerHealth["loans"][number];
  return { ...ledgerHealth("1", "1", "1"), loans: [loan] };
}

const prices = { [ETH]: "3000", [BTC]: "90000" };

describe("judgePrices", () => {
  it("judges each asset but XRD by what it remembers, in one read", async () => {
    const guard = createGuard();
    expect(await guard.reasons(marketAt(0n, prices))).toEqual({
      [ETH]: "first_seen",
      [BTC]: "first_seen",
    });
    expect(await guard.reasons(marketAt(900n, prices))).toEqual({
      [ETH]: "second_observation",
      [BTC]: "second_observation",
    });
    expect(guard.reads).toEqual([
      [ETH, BTC],
      [ETH, BTC],
    ]);
  });

  it("calls a deposit unit suspect with its asset, and nothing else", async () => {
    const guard = createGuard();
    await guard.judge(marketAt(0n, prices));
    const { suspects } = await guard.judge(marketAt(900n, { [ETH]: "0", [BTC]: "90000" }));
    expect([...suspects.keys()]).toEqual([ETH, UNIT]);
    expect(suspects.get(UNIT)).toMatchObject({ asset: ETH, decision: { reason: "zero" } });
  });

  it.each<[SuspectReason, bigint, Record<string, string>]>([
    ["absent", 900n, { [BTC]: "90000" }],
    ["zero", 900n, { ...prices, [ETH]: "0" }],
    ["outside_band", 900n, { ...prices, [ETH]: "3601" }],
    ["implausible", 900n, { ...prices, [ETH]: "30000000000" }],
  ])("says %s of one asset, and believes the other", async (reason, seconds, observed) => {
    const guard = createGuard();
    await guard.judge(marketAt(-900n, prices));
    await guard.judge(marketAt(0n, prices));
    expect(await guard.reasons(marketAt(seconds, observed))).toEqual({
      [ETH]: reason,
      [BTC]: "within_limits",
    });
  });

  it("takes the shorter of its own and the market's limit of age", async () => {
    const guard = createGuard();
    const market = marketAt(0n, prices);
    const later = (seconds: bigint, priceExpirationSeconds: bigint) => ({
      ...market,
      ledgerTimeSeconds: START + seconds,
      priceExpirationSeconds,
    });
    expect(await guard.reasons(later(600n, 600n))).toMatchObject({ [ETH]: "too_old" });
    expect(await guard.reasons(later(599n, 600n))).toMatchObject({ [ETH]: "first_seen" });
    expect(await guard.reasons(later(14_400n, 99_999n))).toMatchObject({ [ETH]: "too_old" });
  });

  it("lets two that judge at once agree, and writes each observation once", async () => {
    const guard = createGuard();
    await guard.judge(marketAt(0n, prices));
    const both = await Promise.all([
      guard.judge(marketAt(900n, prices)),
      guard.judge(marketAt(900n, prices)),
    ]);
    expect(both.map(({ suspects }) => suspects.size)).toEqual([0, 0]);
    expect(guard.items.get(ETH)?.version).toBe(2);
  });

  it("holds every price but XRD's for suspect when its memory cannot be read, and goes on", async () => {
    const outage = new AppError("state_table_failed", "no", { disposition: "retry" });
    const read = () => Promise.reject(outage);
    const guard = createGuard({ store: { ...createStore().store, read } });
    const judged = await guard.judge(marketAt(0n, prices));
    expect([...judged.decisions.values()]).toMatchObject([
      { reason: "guard_unreadable" },
      { reason: "guard_unreadable" },
    ]);
    expect(judged.isUnreadable).toBe(true);
    expect(judged.findSuspectAtTip(healthAt("3000"))).toMatchObject({ asset: ETH });
    expect(judged.findSuspectAtTip(ledgerHealth("1", "1", "1"))).toBeUndefined();
    expect(guard.failures).toEqual(["read"]);
  });

  it("holds one asset for suspect whose item makes no sense, and not the other", async () => {
    const { store, ...memory } = createStore();
    const unreadable = new AppError("stored_value_invalid", "no", { disposition: "park" });
    const guard = createGuard({
      store: {
        ...store,
        read: async (resources, s) =>
          new Map([...(await store.read(resources, s)), [ETH, { unreadable }]]),
      },
    });
    await guard.judge(marketAt(0n, prices));
    expect(await guard.reasons(marketAt(900n, prices))).toEqual({
      [ETH]: "guard_unreadable",
      [BTC]: "second_observation",
    });
    expect(memory.items.has(ETH)).toBe(false);
  });

  it("decides all the same when it cannot write down what it saw", async () => {
    const { store } = createStore();
    const replace = () =>
      Promise.reject(new AppError("state_table_failed", "no", { disposition: "retry" }));
    const guard = createGuard({ store: { ...store, replace } });
    expect(await guard.reasons(marketAt(0n, prices))).toEqual({
      [ETH]: "first_seen",
      [BTC]: "first_seen",
    });
    expect(await guard.reasons(marketAt(900n, prices))).toMatchObject({ [ETH]: "first_seen" });
    expect(guard.failures).toEqual(["write", "write", "write", "write"]);
  });

  it("hears a reference, and does without one that does not answer", async () => {
    const reference = { price: parseDecimal("3000"), observedAtMs: 0 };
    const guard = createGuard({
      readReferences: () => Promise.resolve(new Map([[ETH, reference]])),
    });
    expect(await guard.reasons(marketAt(0n, prices))).toEqual({
      [ETH]: "reference",
      [BTC]: "first_seen",
    });
    expect(await guard.reasons(marketAt(300n, { ...prices, [ETH]: "2900" }))).toMatchObject({
      [ETH]: "reference_disagrees",
    });
    const deaf = createGuard({ readReferences: () => Promise.reject(new Error("503")) });
    expect(await deaf.reasons(marketAt(0n, prices))).toMatchObject({ [ETH]: "first_seen" });
    expect(deaf.failures).toEqual(["reference"]);
  });
});

describe("a price that the ledger used at its tip", () => {
  it.each([
    ["3000", undefined],
    ["3600", undefined],
    ["3601", "outside_band"],
    ["0", "zero"],
  ])("of %s against 3000 is suspect as %s", async (price, reason) => {
    const guard = createGuard();
    await guard.judge(marketAt(0n, prices));
    const { findSuspectAtTip } = await guard.judge(marketAt(900n, prices));
    expect(findSuspectAtTip(healthAt(price))?.decision.reason).toBe(reason);
  });

  it("is suspect in an asset that the market did not have when it was read", async () => {
    const { findSuspectAtTip } = await createGuard().judge(xrdMarket());
    expect(findSuspectAtTip(healthAt("3000"))?.decision.reason).toBe("first_seen");
  });
});
