import type { BatchSummary, IndexBatch, RunManifest } from "@weft/messages";
import { compareDecimal, DECIMAL_ZERO, type Decimal, parseDecimal } from "@weft/protocol";
import type { RunReview } from "./review-runs.ts";

/** A stretch of the ids in mint order, by position: `first` is in it, `end` is not. */
interface Stretch {
  readonly first: number;
  readonly end: number;
}

interface Reported extends Stretch {
  readonly summary: BatchSummary;
}

/** The batches of a run in the order in which they are sent. */
export interface SendOrder {
  readonly batches: readonly IndexBatch[];
  /** CDPs that the run before did not look at. */
  readonly gapCdps: number;
}

/**
 * The order of sending: first what the run before did not look at, then by what was at risk when it was last looked at.
 *
 * Ids are only ever added at the end, so a place in mint order says which CDP it is whatever the size of a batch was.
 *
 * @param batches of `manifest`, in their order
 * @param reviews the runs before, the newest first
 */
export function orderBatches(
  { batchSize, expected }: RunManifest,
  batches: readonly IndexBatch[],
  reviews: readonly RunReview[],
): SendOrder {
  const gaps = reviews.slice(0, 1).flatMap(gapsOf);
  const known = reviews.map(reportedOf);
  const ranked = batches.map((batch) => {
    const stretch = stretchOf(batch.batchIndex, { batchSize, expected });
    return { batch, isGap: gaps.some((gap) => overlap(gap, stretch)), ...riskAt(stretch, known) };
  });
  // The sort is stable: batches that differ in nothing keep their order.
  ranked.sort(
    (a, b) =>
      Number(b.isGap) - Number(a.isGap) ||
      compareDecimal(b.atRisk, a.atRisk) ||
      compareDecimal(b.highestLtv, a.highestLtv),
  );
  return {
    batches: ranked.map(({ batch }) => batch),
    gapCdps: gaps.reduce((total, { first, end }) => total + end - first, 0),
  };
}

function stretchOf(
  batchIndex: number,
  { batchSize, expected }: Pick<RunManifest, "batchSize" | "expected">,
): Stretch {
  const first = batchIndex * batchSize;
  return { first, end: Math.min(first + batchSize, expected) };
}

const overlap = (a: Stretch, b: Stretch) => a.first < b.end && b.first < a.end;

/** What a run did not look at: batches that have not reported, or only that nobody read them. */
function gapsOf({ manifest, summaries, coverage }: RunReview): Stretch[] {
  const unread = summaries.filter(({ skipped }) => skipped.superseded > 0);
  const indexes = [...coverage.missingBatches, ...unread.map(({ batchIndex }) => batchIndex)];
  return indexes.map((index) => stretchOf(index, manifest));
}

function reportedOf({ manifest, summaries }: RunReview): Reported[] {
  return summaries
    .filter(({ scanned, skipped }) => scanned > 0 && skipped.superseded === 0)
    .map((summary) => ({ ...stretchOf(summary.batchIndex, manifest), summary }));
}

/** What the newest run that looked at a stretch said of it; nothing at risk where none has. */
function riskAt(
  stretch: Stretch,
  known: readonly (readonly Reported[])[],
): { readonly atRisk: Decimal; readonly highestLtv: Decimal } {
  for (const run of known) {
    const risks = run.filter((one) => overlap(one, stretch)).map(({ summary }) => summary.risk);
    if (risks.length === 0) continue;
    return {
      atRisk: greatest(risks.map(({ atRiskXrd }) => atRiskXrd)),
      highestLtv: greatest(risks.map(({ highestLtv }) => highestLtv ?? "0")),
    };
  }
  return { atRisk: DECIMAL_ZERO, highestLtv: DECIMAL_ZERO };
}

function greatest(amounts: readonly string[]): Decimal {
  return amounts.map(parseDecimal).toSorted(compareDecimal).at(-1) ?? DECIMAL_ZERO;
}
