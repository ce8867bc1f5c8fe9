import {
  type BatchSummary,
  batchSummaryKey,
  batchSummarySchema,
  type IndexBatch,
} from "@weft/messages";
import { errorCodeOf, type Logger } from "@weft/runtime";
import type { ObjectStore } from "@weft/store";

export interface ReadSummaryDeps {
  readonly objects: Pick<ObjectStore, "getChecked">;
  readonly log: Logger;
}

/**
 * The books that a batch has already; undefined when it has none.
 * Books that make no sense, or were made at another state, are as good as none: scanning again overwrites them.
 */
export async function readSummary(
  { runId, batchIndex, stateVersion }: IndexBatch,
  { objects, log }: ReadSummaryDeps,
  signal: AbortSignal,
): Promise<BatchSummary | undefined> {
  const key = batchSummaryKey(runId, batchIndex);
  try {
    const summary = await objects.getChecked(key, batchSummarySchema, signal);
    return summary?.stateVersion === stateVersion ? summary : undefined;
  } catch (err) {
    if (errorCodeOf(err) !== "stored_value_invalid") throw err;
    log.warn({ key, err }, "stored summary makes no sense, scanning again");
    return undefined;
  }
}
