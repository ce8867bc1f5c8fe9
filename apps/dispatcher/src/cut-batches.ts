import type { IndexBatch, RunManifest } from "@weft/messages";

/**
 * The batches of a run, in order. The same manifest (and ids) always gives the same messages.
 *
 * @param ids in mint order, for a manifest whose ids are listed
 * @param again whether they may have been sent before
 */
export function cutBatches(
  manifest: RunManifest,
  ids: readonly string[],
  again: boolean,
): IndexBatch[] {
  const { runId, batchCount, batchSize, stateVersion, ledgerTime, traceId } = manifest;
  return Array.from({ length: batchCount }, (_, batchIndex) => ({
    version: 1,
    kind: "index-batch",
    ...{ runId, batchIndex, batchCount, stateVersion, ledgerTime },
    cdps: cutCdps(manifest, ids, batchIndex * batchSize),
    ...(again ? { again } : {}),
    traceId,
  }));
}

function cutCdps(
  { ids: made, batchSize, expected }: RunManifest,
  ids: readonly string[],
  start: number,
): IndexBatch["cdps"] {
  const end = Math.min(start + batchSize, expected);
  return made.kind === "consecutive"
    ? { kind: "range", first: made.first + start, last: made.first + end - 1 }
    : { kind: "list", ids: ids.slice(start, end) };
}
