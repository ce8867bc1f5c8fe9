import type { Candidate, Ending } from "@weft/messages";
import type { AttemptRecord, Quarantine } from "@weft/store";

/**
 * A failure that is the CDP's own: tried again at once it would fail again, and cost again.
 *
 * `preview_failed`: the ledger refuses the liquidation while the CDP is still over the line. `failed_on_ledger`: it was
 * committed as a failure, and its fee is spent. `cdp_unreadable`: the ledger cannot value the CDP.
 */
export type OwnFailure = "preview_failed" | "failed_on_ledger" | "cdp_unreadable";

const FIRST_REST_MS = 5 * 60_000;
const LONGEST_REST_MS = 24 * 3_600_000;

/** How long a CDP is left alone after so many failures: 5 minutes, then twice as long each time, a day at most. */
export function restMs(failures: number): number {
  // Beyond so many doublings the longest rest is reached: 2 ** 9 * 5 minutes is more than a day.
  return Math.min(FIRST_REST_MS * 2 ** Math.min(failures - 1, 9), LONGEST_REST_MS);
}

/** What shows that nothing is wrong with the CDP any more. */
const CURED: ReadonlySet<Ending> = new Set(["liquidated", "outcompeted", "stale"]);

/** The quarantine after an ending: a new one, none any more (null), or as it was (undefined). */
export function nextQuarantine({
  previous,
  ending,
  ownFailure,
  cdpFingerprint,
  nowMs,
}: {
  readonly previous: Quarantine | null;
  readonly ending: Ending;
  readonly ownFailure: OwnFailure | null;
  readonly cdpFingerprint: string | null;
  /** Ledger time, milliseconds since 1970. */
  readonly nowMs: number;
}): Quarantine | null | undefined {
  if (ownFailure !== null) {
    const failures = (previous?.failures ?? 0) + 1;
    const sinceMs = previous?.sinceMs ?? nowMs;
    const untilMs = nowMs + restMs(failures);
    return { reason: ownFailure, failures, sinceMs, untilMs, cdpFingerprint };
  }
  return previous !== null && CURED.has(ending) ? null : undefined;
}

/** Why a candidate's CDP is left alone, if it is: until its time is over, or until it is another CDP. */
export async function quarantinedBecause(
  { cdpFingerprint }: Candidate,
  { quarantine }: AttemptRecord,
  ledgerNowMs: () => Promise<number>,
): Promise<string | undefined> {
  if (quarantine === null) return undefined;
  const { reason, failures, untilMs, cdpFingerprint: failed } = quarantine;
  if (failed !== null && failed !== cdpFingerprint) return undefined;
  if ((await ledgerNowMs()) >= untilMs) return undefined;
  return `${reason}, ${failures} in a row; left alone until ${new Date(untilMs).toISOString()}`;
}
