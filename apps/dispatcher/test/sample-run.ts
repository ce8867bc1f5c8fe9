import type { BatchSummary, RunManifest } from "@weft/messages";

/** A run over today's book, as the dispatcher writes it down. */
export const sampleManifest: RunManifest = {
  version: 1,
  runId: "20261120T215500Z",
  scheduledAt: "2026-11-20T21:55:00.000Z",
  stateVersion: "370965851",
  ledgerTime: "2026-11-20T21:54:58.000Z",
  expected: 1_138,
  batchSize: 500,
  batchCount: 3,
  marketCdpCounter: "1138",
  ids: { kind: "consecutive", first: 1 },
  previousRunId: null,
  traceId: "0123456789abcdef0123456789abcdef",
};

/** The books of its first batch, with something of everything. */
export const sampleSummary: BatchSummary = {
  version: 1,
  runId: "20261120T215500Z",
  batchIndex: 0,
  stateVersion: "370965851",
  expected: 500,
  scanned: 480,
  skipped: { burned: 19, unknown: 0, superseded: 0 },
  failed: { undecodable: 1, unconfirmed: 0 },
  verdicts: { no_debt: 40, healthy: 430, liquidatable: 7, bad_debt: 3, unverified: 0 },
  candidates: 7,
  loanValueXrd: "1000.5",
  collateralValueXrd: "2000",
  risk: { atRiskXrd: "0", highestLtv: "0.5" },
  startedAt: "2026-11-20T21:55:01.000Z",
  finishedAt: "2026-11-20T21:55:03.000Z",
};
