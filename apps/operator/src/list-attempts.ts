import type { Outcome } from "@weft/messages";
import type { CdpState } from "@weft/store";
import { type Answer, alignColumns, formatInstant } from "./answer.ts";

/** What the table knows of a CDP's attempts, and the outcomes of those that ended. */
export function listAttempts(
  cdpId: string,
  stored: CdpState | undefined,
  outcomes: readonly Outcome[],
): Answer {
  const attempts = attemptValue(stored);
  if (attempts === null) {
    return {
      value: { cdpId, attempts, outcomes },
      lines: [`no liquidator has ever had ${cdpId}`],
    };
  }
  const { lease, nextAttempt, unfinal, lastFinal } = attempts;
  return {
    value: { cdpId, attempts, outcomes },
    lines: [
      `${cdpId}: ${nextAttempt} attempts ended; lease ${lease.fence} ${lease.until === null ? "released" : `of ${lease.owner} until ${lease.until}`}`,
      unfinal === null
        ? "under way: none"
        : `under way: attempt ${unfinal.attempt}, ${unfinal.intentHash}, valid to epoch ${unfinal.endEpochExclusive}, ${unfinal.submittedAt === null ? "not submitted as far as is known" : `submitted ${unfinal.submittedAt}`}`,
      lastFinal === null
        ? "last end: none"
        : `last end: attempt ${lastFinal.attempt} ${lastFinal.ending} at ${lastFinal.endedAt}`,
      "",
      ...(outcomes.length === 0 ? ["no outcomes in that time"] : outcomeRows(outcomes)),
    ],
  };
}

/** A CDP's item for machines; the signed bytes are left out, the intent's hash names them. */
export function attemptValue(stored: CdpState | undefined) {
  if (stored === undefined) return null;
  const { fence, leaseOwner, leaseUntilMs, record } = stored;
  const { nextAttempt, unfinal, lastFinal, quarantine } = record;
  return {
    lease: {
      fence,
      owner: leaseOwner,
      until: leaseUntilMs === 0 ? null : formatInstant(leaseUntilMs),
    },
    nextAttempt,
    unfinal: unfinal && {
      attempt: unfinal.attempt,
      runId: unfinal.runId,
      intentHash: unfinal.intentHash,
      endEpochExclusive: unfinal.endEpochExclusive,
      signedAt: formatInstant(unfinal.signedAtMs),
      submittedAt: unfinal.submittedAtMs === null ? null : formatInstant(unfinal.submittedAtMs),
    },
    lastFinal: lastFinal && {
      attempt: lastFinal.attempt,
      ending: lastFinal.ending,
      observedStateVersion: String(lastFinal.observedStateVersion),
      endedAt: formatInstant(lastFinal.endedAtMs),
    },
    quarantine: quarantine && {
      reason: quarantine.reason,
      failures: quarantine.failures,
      since: formatInstant(quarantine.sinceMs),
      until: formatInstant(quarantine.untilMs),
    },
  };
}

export function outcomeRows(outcomes: readonly Outcome[]): string[] {
  return alignColumns(
    ["ended", "CDP", "attempt", "ending", "profit XRD", "detail"],
    outcomes.map(({ times, cdpId, attempt, ending, profitXrd, detail }) => [
      formatInstant(Date.parse(times.endedAt)),
      cdpId,
      String(attempt),
      ending,
      profitXrd ?? "",
      detail,
    ]),
  );
}
