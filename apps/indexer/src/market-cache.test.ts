import type { Market } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { createMarketCache, type PinnedState } from "./market-cache.ts";

const at = (stateVersion: bigint): PinnedState => ({ stateVersion, ledgerTimeMs: 0 });

/** A ledger that counts what is read of it; `failures` are served first. */
function createLedger(failures: readonly Error[] = []) {
  const reads: bigint[] = [];
  const left = [...failures];
  const read = ({ stateVersion }: PinnedState) => {
    reads.push(stateVersion);
    const failure = left.shift();
    return failure === undefined
      ? Promise.resolve({ stateVersion } as Market)
      : Promise.reject(failure);
  };
  return { reads, read };
}

describe("createMarketCache", () => {
  it("reads a version once for batches that ask at the same time and later", async () => {
    const ledger = createLedger();
    const market = createMarketCache({ read: ledger.read, capacity: 2 });
    const [a, b] = await Promise.all([market(at(7n)), market(at(7n))]);
    expect(await market(at(7n))).toBe(a);
    expect(b).toBe(a);
    expect(ledger.reads).toEqual([7n]);
  });

  it("does not keep a failure", async () => {
    const outage = new Error("gateway down");
    const ledger = createLedger([outage]);
    const market = createMarketCache({ read: ledger.read, capacity: 2 });
    await expect(market(at(7n))).rejects.toBe(outage);
    expect((await market(at(7n))).stateVersion).toBe(7n);
    expect(ledger.reads).toEqual([7n, 7n]);
  });

  it("forgets the version that was not asked for the longest", async () => {
    const ledger = createLedger();
    const market = createMarketCache({ read: ledger.read, capacity: 2 });
    for (const version of [1n, 2n, 1n, 3n, 1n, 2n]) await market(at(version));
    expect(ledger.reads).toEqual([1n, 2n, 3n, 2n]);
  });
});
