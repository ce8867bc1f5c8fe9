import type { BatchSummary, Outcome, RunManifest } from "@weft/messages";
import type { Audit, CommittedLiquidation } from "../simulator/ledger/types.ts";

/** Records as the programs store them and the ledger tells them, for tests: one small story that adds up. */
export const RUN_ID = "20261120T215500Z";
const TRACE_ID = "0123456789abcdef0123456789abcdef";

export function sampleManifest(changes: Partial<RunManifest> = {}): RunManifest {
  return {
    version: 1,
    runId: RUN_ID,
    scheduledAt: "2026-11-20T21:55:00Z",
    stateVersion: "1000",
    ledgerTime: "2026-11-20T21:54:58Z",
    expected: 10,
    batchSize: 10,
    batchCount: 1,
    marketCdpCounter: "10",
    ids: { kind: "consecutive", first: 1 },
    previousRunId: null,
    traceId: TRACE_ID,
    ...changes,
  };
}

export function sampleSummary(changes: Partial<BatchSummary> = {}): BatchSummary {
  return {
    version: 1,
    runId: RUN_ID,
    batchIndex: 0,
    stateVersion: "1000",
    expected: 10,
    scanned: 8,
    skipped: { burned: 2, unknown: 0, superseded: 0 },
    failed: { undecodable: 0, unconfirmed: 0 },
    verdicts: { no_debt: 1, healthy: 6, liquidatable: 1, bad_debt: 0, unverified: 0 },
    candidates: 1,
    loanValueXrd: "100",
    collateralValueXrd: "200",
    risk: { atRiskXrd: "0", highestLtv: "0.5" },
    startedAt: "2026-11-20T21:55:01Z",
    finishedAt: "2026-11-20T21:55:02Z",
    ...changes,
  };
}

export function sampleOutcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    version: 1,
    cdpId: "#7#",
    runId: RUN_ID,
    attempt: 0,
    ending: "liquidated",
    detail: "",
    liquidationLtvBefore: "1.2",
    transaction: {
      intentHash: "txid_one",
      endEpochExclusive: 12,
      committedStateVersion: "1001",
      feeXrd: "0.5",
    },
    paid: [{ resource: "resource_usd", amount: "10" }],
    seized: [{ resource: "resource_xrd", amount: "500.5" }],
    seizedNfts: [],
    funding: "inventory",
    profitXrd: "20.25",
    times: {
      queuedAt: "2026-11-20T21:55:02.000Z",
      receivedAt: "2026-11-20T21:55:02.010Z",
      submittedAt: "2026-11-20T21:55:02.120Z",
      committedAt: "2026-11-20T21:55:02.620Z",
      endedAt: "2026-11-20T21:55:02.630Z",
    },
    traceId: TRACE_ID,
    ...changes,
  };
}

export function sampleLiquidation(
  changes: Partial<CommittedLiquidation> = {},
): CommittedLiquidation {
  return {
    cdpId: "#7#",
    intentHash: "txid_one",
    stateVersion: 1001,
    liquidationLtvBefore: "1.2",
    liquidationLtvAfter: "0.9",
    paid: [{ resource: "resource_usd", amount: "10" }],
    seized: [{ resource: "resource_xrd", amount: "500.5" }],
    seizedNft: null,
    flashLent: false,
    swaps: 0,
    profitXrd: "20.25",
    ...changes,
  };
}

export function sampleAudit(changes: Partial<Audit> = {}): Audit {
  return {
    cdps: { minted: 10, live: 8, burned: 2 },
    overLine: [],
    liquidations: [sampleLiquidation()],
    wronglyTouched: [],
    unfinalTogether: [],
    commits: { success: 1, failure: 0 },
    failures: [],
    imbalances: [],
    feesXrd: "0.5",
    ...changes,
  };
}

export function overLine(
  cdpId: string,
  changes: Partial<Audit["overLine"][number]> = {},
): Audit["overLine"][number] {
  return {
    cdpId,
    liquidationLtv: "1.1",
    loanValueXrd: "10",
    collateralValueXrd: "9",
    badDebt: false,
    exempt: false,
    ...changes,
  };
}
