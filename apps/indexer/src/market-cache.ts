import type { Market } from "@weft/protocol";

/** A ledger state, as a batch names it. */
export interface PinnedState {
  readonly stateVersion: bigint;
  /** Milliseconds since 1970. */
  readonly ledgerTimeMs: number;
}

export type ReadMarket = (state: PinnedState) => Promise<Market>;

/**
 * Reads the market once per state version, however many batches ask at once, and keeps the last few versions.
 * A read that failed is not kept: the next batch tries anew.
 *
 * The read belongs to the process, not to the batch that happened to ask first, so it takes no signal of a batch.
 */
export function createMarketCache({
  read,
  capacity,
}: {
  readonly read: ReadMarket;
  /** Versions kept, at least 1. */
  readonly capacity: number;
}): ReadMarket {
  const markets = new Map<bigint, Promise<Market>>();
  return (state) => {
    const { stateVersion } = state;
    const known = markets.get(stateVersion);
    // Put last again: the first in the map is the one that was not asked for the longest.
    markets.delete(stateVersion);
    const market = known ?? read(state);
    markets.set(stateVersion, market);
    for (const oldest of markets.keys()) {
      if (markets.size <= capacity) break;
      markets.delete(oldest);
    }
    if (known === undefined) {
      market.catch(() => {
        if (markets.get(stateVersion) === market) markets.delete(stateVersion);
      });
    }
    return market;
  };
}
