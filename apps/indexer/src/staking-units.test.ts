import type { CdpRead, StakingUnitsRead } from "@weft/ledger";
import { type Cdp, parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { xrdCdp, xrdMarket } from "../test/builders.ts";
import { createStakingUnits } from "./staking-units.ts";

const ONE_AND_A_HALF = parseDecimal("1.5");
const holding = (...resources: readonly string[]): CdpRead => {
  const position = {
    amount: parseDecimal("10"),
    entryVersion: 1n,
    efficiencyMode: { kind: "none" as const },
  };
  const cdp: Cdp = {
    ...xrdCdp("#1#", "1", "1"),
    collaterals: new Map(resources.map((resource) => [resource, position])),
  };
  return { kind: "live", cdp };
};
const batchOf = (...reads: readonly CdpRead[]) =>
  new Map(reads.map((read, index) => [`#${index}#`, read]));
const marketAt = (stateVersion: bigint) => ({ ...xrdMarket(), stateVersion });
const lsus = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `lsu${from + index}`);

/** A Gateway that knows every `lsu…` as a staking unit; the first requests may fail. */
function createGateway(failures = 0) {
  const asked: { readonly resources: readonly string[]; readonly version: bigint }[] = [];
  const withStakingUnits = createStakingUnits({
    capacity: 2,
    read: (resources, version): Promise<StakingUnitsRead> => {
      asked.push({ resources, version });
      if (asked.length <= failures) return Promise.reject(new Error("gateway down"));
      const units = resources.filter((resource) => resource.startsWith("lsu"));
      return Promise.resolve({
        redemptionsXrd: new Map(units.map((resource) => [resource, ONE_AND_A_HALF])),
        others: new Set(resources.filter((resource) => !units.includes(resource))),
      });
    },
  });
  return { asked, withStakingUnits };
}

describe("staking units", () => {
  it("are asked for once per version, however many batches pledge them", async () => {
    const { asked, withStakingUnits } = createGateway();
    const reads = batchOf(holding("lsu1", "resource_sim1xrd"), { kind: "burned" });
    const markets = await Promise.all(
      [1n, 1n, 2n].map((version) => withStakingUnits(marketAt(version), reads)),
    );
    for (const { stakingUnits } of markets) {
      expect([...stakingUnits]).toEqual([["lsu1", ONE_AND_A_HALF]]);
    }
    expect(asked.map(({ version }) => version)).toEqual([1n, 2n]);
  });

  it("cost nothing where nobody who owes something pledges what the market does not know", async () => {
    const { asked, withStakingUnits } = createGateway();
    const market = marketAt(1n);
    const free = holding("lsu1");
    const debtless: CdpRead =
      free.kind === "live" ? { ...free, cdp: { ...free.cdp, loans: new Map() } } : free;
    const known = await withStakingUnits(market, batchOf(debtless, holding("resource_sim1xrd")));
    expect(known).toBe(market);
    expect(asked).toEqual([]);
  });

  it("take one request of twenty at the most, and the rest is left to the ledger", async () => {
    const { asked, withStakingUnits } = createGateway();
    const reads = batchOf(holding(...lsus(10, 30)));
    for (const _ of [1, 2]) {
      const { stakingUnits } = await withStakingUnits(marketAt(1n), reads);
      expect(stakingUnits.size).toBe(20);
    }
    expect(asked.map(({ resources }) => resources.length)).toEqual([20]);
  });

  it("that are met too late for a version go along with the request of the next", async () => {
    const { asked, withStakingUnits } = createGateway();
    await withStakingUnits(marketAt(1n), batchOf(holding("lsu1")));
    const late = await withStakingUnits(marketAt(1n), batchOf(holding("lsu2")));
    expect(late.stakingUnits.size).toBe(0);
    await withStakingUnits(marketAt(2n), batchOf(holding("lsu1")));
    const next = await withStakingUnits(marketAt(2n), batchOf(holding("lsu2")));
    expect(next.stakingUnits.size).toBe(1);
    expect(asked.map(({ resources }) => resources)).toEqual([["lsu1"], ["lsu1", "lsu2"]]);
  });

  it("are told from what is something else, which is asked about once for all versions", async () => {
    const { asked, withStakingUnits } = createGateway();
    for (const version of [1n, 2n]) {
      const { stakingUnits } = await withStakingUnits(marketAt(version), batchOf(holding("meme")));
      expect(stakingUnits.size).toBe(0);
    }
    expect(asked).toHaveLength(1);
  });

  it("are asked for anew after a failure, which the batch hears of", async () => {
    const { asked, withStakingUnits } = createGateway(1);
    const reads = batchOf(holding("lsu1"));
    await expect(withStakingUnits(marketAt(1n), reads)).rejects.toThrow("gateway down");
    const { stakingUnits } = await withStakingUnits(marketAt(1n), reads);
    expect(stakingUnits.size).toBe(1);
    expect(asked).toHaveLength(2);
  });
});
