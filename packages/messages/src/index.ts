export {
  type Candidate,
  candidateDeduplicationId,
  candidateSchema,
} from "./candidate.ts";
export { batchCdpIds, type IndexBatch, indexBatchSchema, MAX_BATCH_CDPS } from "./index-batch.ts";
export { ENDINGS, type Ending, FUNDING_KINDS, type Outcome, outcomeSchema } from "./outcome.ts";
export {
  type BatchSummary,
  batchSummarySchema,
  type Coverage,
  coverageSchema,
  type RunManifest,
  runManifestSchema,
} from "./run.ts";
export { runIdOf } from "./run-id.ts";
export { type RunPrices, runPricesSchema } from "./run-prices.ts";
export {
  batchSummaryKey,
  batchSummaryPrefix,
  OUTCOME_PREFIX,
  outcomeKey,
  runCoverageKey,
  runManifestKey,
  runPricesKey,
  snapshotKey,
} from "./storage-keys.ts";
