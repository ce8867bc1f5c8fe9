import type { Candidate, Ending } from "@weft/messages";
import type { AttemptRecord } from "@weft/store";

/**
 * What says nothing about the CDP as it is now: a commit repays half a loan at most, and what the ledger never took up
 * changed nothing. A candidate that was seen before is as good as it was.
 */
const UNDECIDED: ReadonlySet<Ending> = new Set(["liquidated", "rejected"]);

/** State version up to which the CDP has been looked at and left alone; 0 when it never was. */
export function decidedAt({ lastFinal }: AttemptRecord): bigint {
  if (lastFinal === null || UNDECIDED.has(lastFinal.ending)) return 0n;
  return lastFinal.observedStateVersion;
}

/** Why a candidate says nothing any more, if it does not. */
export async function supersededBecause(
  candidate: Candidate,
  record: AttemptRecord,
  ledgerNowMs: () => Promise<number>,
): Promise<string | undefined> {
  const decided = decidedAt(record);
  if (decided >= BigInt(candidate.confirmedFromStateVersion)) {
    return `seen at state version ${candidate.confirmedFromStateVersion}, decided already at ${decided}`;
  }
  if ((await ledgerNowMs()) > Date.parse(candidate.expiresAt)) {
    return `expired at ${candidate.expiresAt}`;
  }
  return undefined;
}
