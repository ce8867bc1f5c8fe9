import {
  batchSummaryPrefix,
  batchSummarySchema,
  type Coverage,
  coverageSchema,
  type RunManifest,
  runCoverageKey,
  runManifestKey,
  runManifestSchema,
} from "@weft/messages";
import type { QueueDepth } from "@weft/queue";
import { errorCodeOf, type Logger } from "@weft/runtime";
import type { ObjectStore, RunPointer } from "@weft/store";
import type { Metrics } from "./metrics.ts";
import { readStored } from "./read-stored.ts";
import { type ReviewRunsDeps, type RunReview, reviewRuns } from "./review-runs.ts";

/** Batches wait for the review, since it says which go first; it is not worth more than this. */
const REVIEW_TIMEOUT_MS = 10_000;
/** Batches named in a line: 1,000,000 CDPs make 2,000, and coverage.json names them all. */
const BATCHES_IN_LINE = 20;

export interface BookkeepingDeps {
  readonly objects: ObjectStore;
  readonly runPointer: Pick<RunPointer, "read">;
  readonly queueDepth: (signal: AbortSignal) => Promise<QueueDepth>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The books of the runs before: read before this run's batches are sent, stored after. */
export function createBookkeeping(deps: BookkeepingDeps) {
  return {
    reviewRuns: (manifest: RunManifest, signal: AbortSignal) => review(manifest, deps, signal),
    storeBooks: (runId: string, reviews: readonly RunReview[], signal: AbortSignal) =>
      store(runId, reviews, deps, signal),
  };
}

/** Books that cannot be read are left to the next run: they are no reason not to look at every CDP now. */
async function review(
  { runId, scheduledAt, previousRunId }: RunManifest,
  deps: BookkeepingDeps,
  signal: AbortSignal,
): Promise<readonly RunReview[]> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(REVIEW_TIMEOUT_MS)]);
  try {
    const { visible, inFlight, delayed } = await deps.queueDepth(bounded);
    const closing = {
      closedByRunId: runId,
      scheduledAtMs: Date.parse(scheduledAt),
      closedAtMs: Date.now(),
      queueEmpty: visible + inFlight + delayed === 0,
    };
    return await reviewRuns(previousRunId, closing, reviewRunsDeps(deps), bounded);
  } catch (err) {
    signal.throwIfAborted();
    const line = { err, code: errorCodeOf(err), runId, previousRunId };
    deps.log.error(line, "books of the runs before not read, batches go in order of mint");
    return [];
  }
}

/** The run is on its way already: books that cannot be stored are a pity, not a reason to send it again. */
async function store(
  runId: string,
  reviews: readonly RunReview[],
  { objects, runPointer, metrics, log }: BookkeepingDeps,
  signal: AbortSignal,
): Promise<void> {
  tellOf(reviews, metrics);
  try {
    const { begun } = await runPointer.read(signal);
    // A newer run has read them later than we did.
    if (begun !== undefined && begun > runId) return;
    // The oldest first: a run that is settled vouches for those before it.
    for (const { coverage, changed, unstored } of reviews.toReversed()) {
      if (unstored) await objects.putJson(runCoverageKey(coverage.runId), coverage, signal);
      if (changed) logBooks(coverage, log);
    }
  } catch (err) {
    log.error({ err, code: errorCodeOf(err), runId }, "books not stored");
  }
}

function tellOf(reviews: readonly RunReview[], metrics: Metrics): void {
  const lost = reviews.filter(({ coverage, changed }) => changed && coverage.settled);
  metrics.lost.set(lost.reduce((total, { coverage }) => total + coverage.missing, 0));
  const settled = reviews.find(({ coverage }) => coverage.settled);
  if (settled !== undefined) {
    metrics.settledRun.set(Date.parse(settled.manifest.ledgerTime) / 1_000);
  }
  const [previous] = reviews;
  if (previous === undefined) return;
  const { expected, scanned, skipped, failed, missing, verdicts } = previous.coverage;
  metrics.previousExpected.set(expected);
  metrics.previousUnverified.set(verdicts.unverified);
  const books = { scanned, ...skipped, ...failed, missing };
  for (const [what, count] of Object.entries(books)) {
    metrics.previous[what as keyof typeof books].set(count);
  }
}

function logBooks(coverage: Coverage, log: Logger): void {
  const { version: _format, missingBatches, ...books } = coverage;
  const line = { ...books, missingBatches: missingBatches.slice(0, BATCHES_IN_LINE) };
  if (books.missing > 0 && books.settled) log.error(line, "batches of a run are lost");
  else if (books.missing > 0) log.warn(line, "batches of a run have not reported yet");
  else log.info(line, "run closed");
}

function reviewRunsDeps({ objects, log }: BookkeepingDeps): ReviewRunsDeps {
  const readers = { objects, log };
  return {
    readManifest: (runId, signal) =>
      readStored(readers, runManifestSchema, runManifestKey(runId), signal),
    readCoverage: (runId, signal) =>
      readStored(readers, coverageSchema, runCoverageKey(runId), signal),
    listSummaries: (runId, signal) => objects.listKeys(batchSummaryPrefix(runId), signal),
    readSummary: (key, signal) => readStored(readers, batchSummarySchema, key, signal),
    log,
  };
}
