import type { Candidate } from "@weft/messages";

/** A candidate as the indexer queues it. */
export const sampleCandidate: Candidate = {
  version: 1,
  kind: "candidate",
  cdpId: "#1006#",
  runId: "20261120T215500Z",
  batchIndex: 0,
  cause: "scan",
  pinnedStateVersion: "890",
  confirmedFromStateVersion: "900",
  liquidationLtv: "1.2",
  loanValueXrd: "144",
  collateralValueXrd: "150",
  cdpFingerprint: "0011223344556677",
  queuedAt: "2026-11-20T21:55:03.000Z",
  expiresAt: "2026-11-20T22:05:00.000Z",
  traceId: "0123456789abcdef0123456789abcdef",
};
