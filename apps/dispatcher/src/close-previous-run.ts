import type { BatchSummary, Coverage, RunManifest } from "@weft/messages";
import { createSemaphore, inParallel, type Logger } from "@weft/runtime";
import { type Closing, closeBooks } from "./close-books.ts";

const READS_IN_FLIGHT = 16;

export interface ClosePreviousRunDeps {
  readonly readManifest: (runId: string, signal: AbortSignal) => Promise<RunManifest | undefined>;
  /** Keys of what the batches of a run have reported. */
  readonly listSummaries: (runId: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Undefined when the object is gone or makes no sense: then it counts as not reported. */
  readonly readSummary: (key: string, signal: AbortSignal) => Promise<BatchSummary | undefined>;
  readonly putCoverage: (coverage: Coverage, signal: AbortSignal) => Promise<void>;
  readonly log: Logger;
}

/** Closes the books of a run and stores them; undefined when the run left no manifest to hold them against. */
export async function closePreviousRun(
  runId: string,
  closing: Closing,
  deps: ClosePreviousRunDeps,
  signal: AbortSignal,
): Promise<Coverage | undefined> {
  const manifest = await deps.readManifest(runId, signal);
  if (manifest === undefined) {
    deps.log.warn({ runId }, "run has no manifest, its books stay open");
    return undefined;
  }
  const keys = await deps.listSummaries(runId, signal);
  const places = createSemaphore(READS_IN_FLIGHT);
  const summaries = await inParallel(
    keys.map((key) => (s: AbortSignal) => places.run(() => deps.readSummary(key, s), s)),
    signal,
  );
  const coverage = closeBooks(
    manifest,
    summaries.filter((summary) => summary !== undefined),
    closing,
  );
  await deps.putCoverage(coverage, signal);
  return coverage;
}
