import type { BatchSummary, Coverage, RunManifest } from "@weft/messages";
import { cappedDecimal, formatDecimal, parseDecimal } from "@weft/protocol";

/** Who closes the books, and when. */
export interface Closing {
  readonly closedByRunId: string;
  /** Wall time, milliseconds since 1970. */
  readonly closedAtMs: number;
}

/**
 * The books of a run, from what its batches have reported. What nobody reported is missing.
 * A report that is not of a batch of this manifest, at its state, counts for nothing: the books would not add up.
 */
export function closeBooks(
  { runId, expected, batchCount, stateVersion }: RunManifest,
  stored: readonly BatchSummary[],
  { closedByRunId, closedAtMs }: Closing,
): Coverage {
  const books = {
    scanned: 0,
    skipped: { burned: 0, unknown: 0, superseded: 0 },
    failed: { undecodable: 0, unconfirmed: 0 },
    verdicts: { no_debt: 0, healthy: 0, liquidatable: 0, bad_debt: 0, unverified: 0 },
    candidates: 0,
  };
  const summaries = stored.filter(
    (one) =>
      one.runId === runId && one.stateVersion === stateVersion && one.batchIndex < batchCount,
  );
  let [reported, loanValue, collateralValue] = [0, 0n, 0n];
  for (const summary of summaries) {
    reported += summary.expected;
    books.scanned += summary.scanned;
    books.candidates += summary.candidates;
    addCounts(books.skipped, summary.skipped);
    addCounts(books.failed, summary.failed);
    addCounts(books.verdicts, summary.verdicts);
    loanValue += parseDecimal(summary.loanValueXrd);
    collateralValue += parseDecimal(summary.collateralValueXrd);
  }
  const seen = new Set(summaries.map(({ batchIndex }) => batchIndex));
  return {
    version: 1,
    runId,
    expected,
    ...books,
    missing: expected - reported,
    // An absurd value of one CDP must not cost the run its books.
    loanValueXrd: formatDecimal(cappedDecimal(loanValue)),
    collateralValueXrd: formatDecimal(cappedDecimal(collateralValue)),
    batchCount,
    missingBatches: Array.from({ length: batchCount }, (_, index) => index).filter(
      (index) => !seen.has(index),
    ),
    closedByRunId,
    closedAt: new Date(closedAtMs).toISOString(),
  };
}

/**
 * CDPs of a run that could not be read or confirmed. A run names ids that were minted at its state: one that the Gateway
 * did not know there was not read.
 */
export function unreadCdps({ failed, skipped }: Coverage): number {
  return failed.undecodable + failed.unconfirmed + skipped.unknown;
}

function addCounts<K extends string>(totals: Record<K, number>, counts: Record<K, number>): void {
  for (const name of Object.keys(totals) as K[]) totals[name] += counts[name];
}
