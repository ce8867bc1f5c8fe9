import { type BatchSummary, batchCdpIds, type IndexBatch } from "@weft/messages";
import { cappedDecimal, formatDecimal } from "@weft/protocol";
import { riskOf } from "./batch-risk.ts";
import type { CdpFinding } from "./cdp-finding.ts";
import { valuesOf } from "./cdp-values.ts";

/** From taking the batch up to writing its books. Wall time, milliseconds since 1970. */
export interface Span {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** The books of a batch that was scanned. They add up when there is one finding for each of its ids. */
export function summarizeBatch(
  batch: IndexBatch,
  findings: readonly CdpFinding[],
  span: Span,
): BatchSummary {
  const summary = emptySummary(batch, span);
  let [loanValue, collateralValue] = [0n, 0n];
  for (const finding of findings) {
    if (finding.kind === "skipped") summary.skipped[finding.reason] += 1;
    else if (finding.kind === "unverified") {
      summary.scanned += 1;
      summary.verdicts.unverified += 1;
    } else if (finding.kind !== "scanned") summary.failed[finding.kind] += 1;
    else {
      summary.scanned += 1;
      summary.verdicts[finding.verdict] += 1;
      if (finding.verdict === "liquidatable") summary.candidates += 1;
    }
    const values = valuesOf(finding);
    loanValue += values?.loanValue ?? 0n;
    collateralValue += values?.collateralValue ?? 0n;
  }
  return {
    ...summary,
    expected: batchCdpIds(batch).length,
    // An absurd value of one CDP must not cost the batch its books.
    loanValueXrd: formatDecimal(cappedDecimal(loanValue)),
    collateralValueXrd: formatDecimal(cappedDecimal(collateralValue)),
    risk: riskOf(findings),
  };
}

/** The books of a batch whose run was superseded before anybody read it. */
export function summarizeSuperseded(batch: IndexBatch, span: Span): BatchSummary {
  const expected = batchCdpIds(batch).length;
  return {
    ...emptySummary(batch, span),
    expected,
    skipped: { burned: 0, unknown: 0, superseded: expected },
  };
}

function emptySummary(
  { runId, batchIndex, stateVersion }: IndexBatch,
  { startedAtMs, finishedAtMs }: Span,
): BatchSummary {
  return {
    version: 1,
    ...{ runId, batchIndex, stateVersion },
    expected: 0,
    scanned: 0,
    skipped: { burned: 0, unknown: 0, superseded: 0 },
    failed: { undecodable: 0, unconfirmed: 0 },
    verdicts: { no_debt: 0, healthy: 0, liquidatable: 0, bad_debt: 0, unverified: 0 },
    candidates: 0,
    loanValueXrd: "0",
    collateralValueXrd: "0",
    risk: { atRiskXrd: "0", highestLtv: null },
    startedAt: new Date(startedAtMs).toISOString(),
    finishedAt: new Date(finishedAtMs).toISOString(),
  };
}
