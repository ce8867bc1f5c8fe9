import type { LedgerHealth } from "@weft/ledger";
import { judgePrice, type PriceGuardState, parseDecimal, UNSEEN } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { createPriceCheck, type GuardPricesDeps } from "./guard-prices.ts";

const { signal } = new AbortController();
const ETH = "resource_sim1eth";
const XRD = "resource_sim1xrd";
const limits = {
  band: parseDecimal("0.2"),
  hourBand: parseDecimal("0.35"),
  dayBand: parseDecimal("0.5"),
  extremeFactor: parseDecimal("10"),
  agreement: parseDecimal("0.05"),
  referenceTolerance: parseDecimal("0.01"),
  maxAgeSeconds: 14_400n,
};

/** What the guard remembers once it believes a price. */
function believing(price: string): PriceGuardState {
  const look = (state: PriceGuardState, timestampSeconds: bigint) =>
    judgePrice({
      observed: {
        price: parseDecimal(price),
        timestampSeconds,
        transactionHash: `${timestampSeconds}`,
      },
      state,
      reference: null,
      nowSeconds: timestampSeconds,
      limits,
    }).next;
  return look(look(UNSEEN, 1_000n), 1_900n);
}

function owing(price: string, asset = ETH): LedgerHealth {
  return {
    loans: [{ resource: asset, price: parseDecimal(price) }],
    collaterals: [],
    nfts: [],
  } as unknown as LedgerHealth;
}

function createWorld(change: Partial<GuardPricesDeps> = {}) {
  const world = { state: believing("3000"), reads: 0, nowMs: 0, deaf: 0 };
  const find = createPriceCheck({
    readStates: (resources) => {
      world.reads += 1;
      const stored = { state: world.state, version: 1 };
      return Promise.resolve(new Map(resources.map((resource) => [resource, stored])));
    },
    readReferences: null,
    onReferenceFailure: () => {
      world.deaf += 1;
    },
    limits,
    xrd: XRD,
    nowMs: () => world.nowMs,
    ...change,
  });
  return { world, find: (health: LedgerHealth) => find(health, signal) };
}

const reference = (price: string) => () =>
  Promise.resolve(new Map([[ETH, { price: parseDecimal(price), observedAtMs: 0 }]]));

describe("the prices that the ledger judged a CDP with", () => {
  it.each([
    ["3000", undefined],
    ["3600", undefined],
    ["3601", "outside_band: 3601 XRD against 3000 for resource_sim1eth"],
    ["30000000000", "implausible: 30000000000 XRD against 3000 for resource_sim1eth"],
    ["0", "zero: 0 XRD for resource_sim1eth"],
  ])("are believed as the guard accepted them: %s", async (price, suspect) => {
    expect(await createWorld().find(owing(price))).toBe(suspect);
  });

  it.each([
    ["3000", "3000", undefined],
    ["2910", "3000", "reference_disagrees: 2910 XRD against 3000 for resource_sim1eth"],
    ["1800", "1805", undefined],
  ])("are held against the reference: %s with %s", async (price, told, suspect) => {
    const { find } = createWorld({ readReferences: reference(told) });
    expect(await find(owing(price))).toBe(suspect);
  });

  it("are held against the limits when the reference does not answer", async () => {
    const { world, find } = createWorld({ readReferences: () => Promise.reject(new Error("503")) });
    expect(await find(owing("2910"))).toBeUndefined();
    expect(await find(owing("1800"))).toContain("outside_band");
    expect(world.deaf).toBe(1);
  });

  it("are suspect in an asset that the guard has not seen, or whose memory makes no sense", async () => {
    const { world, find } = createWorld();
    world.state = UNSEEN;
    expect(await find(owing("3000"))).toBe("first_seen: 3000 XRD for resource_sim1eth");
    const unreadable = new AppError("stored_value_invalid", "no", { disposition: "park" });
    const blind = createWorld({
      readStates: () => Promise.resolve(new Map([[ETH, { unreadable }]])),
    });
    expect(await blind.find(owing("3000"))).toBe("guard_unreadable: 3000 XRD for resource_sim1eth");
  });

  it("are told by nobody when the table does not answer: that is to be tried again", async () => {
    const outage = new AppError("state_table_failed", "no", { disposition: "retry" });
    const { find } = createWorld({ readStates: () => Promise.reject(outage) });
    await expect(find(owing("3000"))).rejects.toBe(outage);
  });

  it("need no look at the table where all is XRD", async () => {
    const { world, find } = createWorld();
    expect(await find(owing("1", XRD))).toBeUndefined();
    expect(world.reads).toBe(0);
  });

  it("are read once for a burst, and again after three seconds or before a doubt counts", async () => {
    const { world, find } = createWorld();
    await find(owing("3000"));
    await find(owing("3001"));
    expect(world.reads).toBe(1);
    world.nowMs = 3_001;
    await find(owing("3000"));
    expect(world.reads).toBe(2);
    world.state = believing("1800");
    expect(await find(owing("1800"))).toBeUndefined();
    expect(world.reads).toBe(3);
  });
});
