import type { BatchSummary, Coverage, RunManifest } from "@weft/messages";
import { createSemaphore, inParallel, type Logger } from "@weft/runtime";
import { type Closing, closeBooks, settleBooks } from "./close-books.ts";

const READS_IN_FLIGHT = 16;
/** Runs whose books are looked at in one go: more of them wait only after an outage of many hours. */
const MOST_RUNS = 100;

/** A run before this one, and its books as they stand now. */
export interface RunReview {
  readonly manifest: RunManifest;
  /** What its batches have reported; empty when that was looked at before and there is nothing new. */
  readonly summaries: readonly BatchSummary[];
  readonly coverage: Coverage;
  /** Whether the books say something new of the run. */
  readonly changed: boolean;
  /** Whether they have to be stored: something is new, of this run or of those before. */
  readonly unstored: boolean;
}

export interface ReviewRunsDeps {
  readonly readManifest: (runId: string, signal: AbortSignal) => Promise<RunManifest | undefined>;
  readonly readCoverage: (runId: string, signal: AbortSignal) => Promise<Coverage | undefined>;
  /** Keys of what the batches of a run have reported. */
  readonly listSummaries: (runId: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Undefined when the object is gone or makes no sense: then it counts as not reported. */
  readonly readSummary: (key: string, signal: AbortSignal) => Promise<BatchSummary | undefined>;
  readonly log: Logger;
}

/**
 * Makes up the books of the runs before, the newest first, back to the first that is settled like all before it: that
 * one is told too, for what it knows of the CDPs. Batches report late, so books are open until nothing is missing or
 * nothing can come any more; and not in order, so open ones may lie behind settled ones.
 */
export async function reviewRuns(
  previousRunId: string | null,
  closing: Closing,
  deps: ReviewRunsDeps,
  signal: AbortSignal,
): Promise<RunReview[]> {
  const reviews: RunReview[] = [];
  for (let runId = previousRunId; runId !== null; ) {
    if (reviews.length === MOST_RUNS) {
      deps.log.warn(
        { runId, runs: MOST_RUNS },
        "too many open runs, books of older ones stay open",
      );
      break;
    }
    const review = await reviewRun(runId, reviews, closing, deps, signal);
    if (review === undefined) break;
    reviews.push(review);
    const { coverage, changed } = review;
    if (coverage.settled && !coverage.earlierOpen && !changed) break;
    runId = review.manifest.previousRunId;
  }
  return reviews.map((review, index) => withEarlier(review, reviews.slice(index + 1)));
}

function withEarlier(review: RunReview, earlier: readonly RunReview[]): RunReview {
  const earlierOpen = earlier.some(({ coverage }) => !coverage.settled);
  if (earlierOpen === review.coverage.earlierOpen) return review;
  return { ...review, coverage: { ...review.coverage, earlierOpen }, unstored: true };
}

/** Undefined when the run left no manifest to hold its batches against. */
async function reviewRun(
  runId: string,
  newer: readonly RunReview[],
  closing: Closing,
  deps: ReviewRunsDeps,
  signal: AbortSignal,
): Promise<RunReview | undefined> {
  const [manifest, stored, keys] = await inParallel(
    [
      (s) => deps.readManifest(runId, s),
      (s) => deps.readCoverage(runId, s),
      (s) => deps.listSummaries(runId, s),
    ],
    signal,
  );
  if (manifest === undefined) {
    deps.log.warn({ runId }, "run has no manifest, its books stay open");
    return undefined;
  }
  const isKnown = newer.some(({ summaries }) => summaries.some(({ scanned }) => scanned > 0));
  if (stored?.settled === true && isKnown) {
    return { manifest, summaries: [], coverage: stored, ...KEPT };
  }
  if (stored !== undefined && !stored.settled && keys.length === reportedBatches(stored)) {
    const coverage = settleBooks(stored, manifest, closing);
    return { manifest, summaries: [], coverage, ...(coverage.settled ? CHANGED : KEPT) };
  }
  const summaries = await readAll(keys, deps, signal);
  return stored?.settled === true
    ? { manifest, summaries, coverage: stored, ...KEPT }
    : { manifest, summaries, coverage: closeBooks(manifest, summaries, closing), ...CHANGED };
}

const CHANGED = { changed: true, unstored: true };
const KEPT = { changed: false, unstored: false };

const reportedBatches = ({ batchCount, missingBatches }: Coverage) =>
  batchCount - missingBatches.length;

async function readAll(
  keys: readonly string[],
  deps: ReviewRunsDeps,
  signal: AbortSignal,
): Promise<BatchSummary[]> {
  const places = createSemaphore(READS_IN_FLIGHT);
  const summaries = await inParallel(
    keys.map((key) => (s: AbortSignal) => places.run(() => deps.readSummary(key, s), s)),
    signal,
  );
  return summaries.filter((summary) => summary !== undefined);
}
