import type { Outcome } from "@weft/messages";

/** Nearest-rank percentiles, whole milliseconds; null of nothing. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface Latencies {
  /** From queueing a candidate to submitting its first transaction of that run. */
  readonly queuedToSubmitted: Percentiles;
  /** From submitting to knowing of the commit: includes up to one poll. */
  readonly submittedToCommitted: Percentiles;
}

export function latenciesOf(outcomes: readonly Outcome[]): Latencies {
  const submitted = outcomes.filter(({ times }) => times.submittedAt !== null);
  return {
    queuedToSubmitted: percentilesOf(
      firstOfEachCandidate(submitted).map(({ times }) =>
        between(times.queuedAt, times.submittedAt),
      ),
    ),
    submittedToCommitted: percentilesOf(
      submitted
        .filter(({ times }) => times.committedAt !== null)
        .map(({ times }) => between(times.submittedAt, times.committedAt)),
    ),
  };
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? null;
  return { p50: rank(50), p95: rank(95), p99: rank(99) };
}

/** A later attempt under the same candidate waited for the commit before it, which is not our delay. */
function firstOfEachCandidate(outcomes: readonly Outcome[]): Outcome[] {
  const first = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const candidate = `${outcome.runId} ${outcome.cdpId}`;
    const known = first.get(candidate);
    if (known === undefined || outcome.attempt < known.attempt) first.set(candidate, outcome);
  }
  return [...first.values()];
}

function between(from: string | null, to: string | null): number {
  return Date.parse(to ?? "") - Date.parse(from ?? "");
}
