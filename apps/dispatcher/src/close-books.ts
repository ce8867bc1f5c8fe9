import type { BatchSummary, Coverage, RunManifest } from "@weft/messages";
import { cappedDecimal, formatDecimal, parseDecimal } from "@weft/protocol";

/** Who closes the books, and when. */
export interface Closing {
  readonly closedByRunId: string;
  /** When the closing run was due, milliseconds since 1970. */
  readonly scheduledAtMs: number;
  /** Wall time, milliseconds since 1970. */
  readonly closedAtMs: number;
  /** The index queue held nothing at all, in flight or delayed either, before the closing run sent its batches. */
  readonly queueEmpty: boolean;
}

/** SQS counts approximately, up to a minute late: of a younger run an empty queue proves nothing. */
const COUNT_LAG_MS = 60_000;

/**
 * The books of a run, from what its batches have reported. What nobody reported is missing.
 * A report that is not of a batch of this manifest, at its state, counts for nothing: the books would not add up.
 */
export function closeBooks(
  manifest: RunManifest,
  stored: readonly BatchSummary[],
  closing: Closing,
): Coverage {
  const { runId, expected, batchCount, stateVersion } = manifest;
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
  const open: Coverage = {
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
    settled: false,
    earlierOpen: false,
    ...closedBy(closing),
  };
  return settleBooks(open, manifest, closing);
}

/** The books, settled if nothing is missing or what is missing is on no queue any more: then it is lost. */
export function settleBooks(
  coverage: Coverage,
  { scheduledAt }: RunManifest,
  closing: Closing,
): Coverage {
  const isOldEnough = closing.scheduledAtMs - Date.parse(scheduledAt) >= COUNT_LAG_MS;
  const settled = coverage.missing === 0 || (closing.queueEmpty && isOldEnough);
  return settled ? { ...coverage, settled, ...closedBy(closing) } : coverage;
}

const closedBy = ({ closedByRunId, closedAtMs }: Closing) => ({
  closedByRunId,
  closedAt: new Date(closedAtMs).toISOString(),
});

function addCounts<K extends string>(totals: Record<K, number>, counts: Record<K, number>): void {
  for (const name of Object.keys(totals) as K[]) totals[name] += counts[name];
}
