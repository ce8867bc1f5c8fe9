import type { Candidate, Outcome } from "@weft/messages";
import type { Audit } from "../../../local/src/simulator/ledger/types.ts";
import { percentile } from "../percentile.ts";
import { firstSubmissions, submitLatencies } from "./first-submissions.ts";

/** What became of the candidates, by what was recorded and by what the ledger says itself. */
export interface BurstBooks {
  /** Candidates with a transaction that was submitted. */
  readonly submitted: number;
  /** Candidates of which nothing is recorded. */
  readonly lost: number;
  /** Liquidations on ledger that no outcome speaks of, or that should not be there. */
  readonly doubled: number;
  readonly liquidated: number;
  /** Endings of the candidates, each by its first attempt. */
  readonly endings: Readonly<Record<string, number>>;
  /** From the first message sent to the last candidate's first submission. */
  readonly lastSubmitMs: number;
  /** From queueing a candidate to its first submission, milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** @param before the ledger's audit right before the first message was sent, at `startedAtMs` of the wall clock */
export function burstBooks(
  candidates: readonly Candidate[],
  outcomes: readonly Outcome[],
  ledger: { readonly before: Audit; readonly after: Audit },
  startedAtMs: number,
): BurstBooks {
  const wanted = new Map(candidates.map(({ cdpId, runId }) => [cdpId, runId]));
  const own = outcomes.filter(({ cdpId, runId }) => wanted.get(cdpId) === runId);
  const byCdp = Map.groupBy(own, ({ cdpId }) => cdpId);
  const endings: Record<string, number> = {};
  for (const attempts of byCdp.values()) {
    attempts.sort((a, b) => a.attempt - b.attempt);
    const [first] = attempts;
    if (first !== undefined) endings[first.ending] = (endings[first.ending] ?? 0) + 1;
  }
  const submittedAtMs = [...firstSubmissions(candidates, outcomes).values()];
  const latencies = submitLatencies(candidates, outcomes)
    .filter((ms) => ms !== null)
    .sort((a, b) => a - b);
  return {
    submitted: submittedAtMs.length,
    lost: wanted.size - byCdp.size,
    doubled: doubledOf(own, ledger),
    liquidated: own.filter(({ ending }) => ending === "liquidated").length,
    endings,
    lastSubmitMs: Math.max(0, ...submittedAtMs) - startedAtMs,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    max: latencies.at(-1) ?? Number.NaN,
  };
}

function doubledOf(
  outcomes: readonly Outcome[],
  { before, after }: { readonly before: Audit; readonly after: Audit },
): number {
  const recorded = new Set(outcomes.map(({ transaction }) => transaction?.intentHash));
  const known = new Set(before.liquidations.map(({ intentHash }) => intentHash));
  const unspoken = after.liquidations.filter(
    ({ intentHash }) => !known.has(intentHash) && !recorded.has(intentHash),
  );
  return (
    unspoken.length +
    (after.unfinalTogether.length - before.unfinalTogether.length) +
    (after.wronglyTouched.length - before.wronglyTouched.length)
  );
}
