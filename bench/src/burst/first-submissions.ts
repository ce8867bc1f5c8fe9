import type { Candidate, Outcome } from "@weft/messages";

/** When each candidate was first submitted, wall time in milliseconds, by CDP; one that never was is not among them. */
export function firstSubmissions(
  candidates: readonly Candidate[],
  outcomes: readonly Outcome[],
): ReadonlyMap<string, number> {
  const runOf = new Map(candidates.map(({ cdpId, runId }) => [cdpId, runId]));
  const first = new Map<string, number>();
  for (const { cdpId, runId, times } of outcomes) {
    if (runOf.get(cdpId) !== runId || times.submittedAt === null) continue;
    const atMs = Date.parse(times.submittedAt);
    first.set(cdpId, Math.min(atMs, first.get(cdpId) ?? atMs));
  }
  return first;
}

/** From queueing each candidate to its first submission, milliseconds, in the order they were sent; null when it never was. */
export function submitLatencies(
  candidates: readonly Candidate[],
  outcomes: readonly Outcome[],
): (number | null)[] {
  const first = firstSubmissions(candidates, outcomes);
  return candidates.map(({ cdpId, queuedAt }) => {
    const atMs = first.get(cdpId);
    return atMs === undefined ? null : atMs - Date.parse(queuedAt);
  });
}
