import type { LedgerHead } from "@weft/ledger";
import { createRecent, type RecentOptions } from "@weft/runtime";

/** The head, no older than a state version, unless the ledger itself is not there yet. */
export type ReadRecentHead = (stateVersion: bigint) => Promise<LedgerHead>;

/**
 * The head of a moment ago, for all batches of the process: each with a request of its own would be a sixth of all that a
 * sweep sends. Read anew when it is older than the version asked for.
 */
export function createRecentHead(options: RecentOptions<LedgerHead>): ReadRecentHead {
  const heads = createRecent(options);
  return async (stateVersion) => {
    const head = await heads.read();
    return head.stateVersion >= stateVersion ? head : heads.readAnew();
  };
}
