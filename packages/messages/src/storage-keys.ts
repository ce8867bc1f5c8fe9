/** Where things lie in the data bucket. Every key depends on what the object says, never on when it was written. */
const padded = (index: number, digits: number) => String(index).padStart(digits, "0");

const runPrefix = (runId: string) => `runs/${runId}/`;
export const runManifestKey = (runId: string) => `${runPrefix(runId)}manifest.json`;
export const runCoverageKey = (runId: string) => `${runPrefix(runId)}coverage.json`;
/** What the price guard decided for the run. */
export const runPricesKey = (runId: string) => `${runPrefix(runId)}prices.json`;
export const batchSummaryPrefix = (runId: string) => `${runPrefix(runId)}batches/`;
export const batchSummaryKey = (runId: string, batchIndex: number) =>
  `${batchSummaryPrefix(runId)}${padded(batchIndex, 5)}.json`;
export const snapshotKey = (runId: string, batchIndex: number) =>
  `snapshots/run=${runId}/batch=${padded(batchIndex, 5)}.parquet`;
export const OUTCOME_PREFIX = "outcomes/";
export const outcomeKey = (runId: string, cdpId: string, attempt: number) =>
  `${OUTCOME_PREFIX}run=${runId}/cdp=${cdpId.replaceAll("#", "")}/${padded(attempt, 4)}.json`;
