import type { Outcome } from "@weft/messages";
import type { Logger } from "@weft/runtime";
import type { Metrics } from "./metrics.ts";

/** Log line and metrics of an ending. Metrics hold rounded figures: the outcome in S3 holds the exact ones. */
export function observeOutcome(outcome: Outcome, metrics: Metrics, log: Logger): void {
  const { cdpId, runId, attempt, ending, detail, times, transaction, profitXrd, traceId } = outcome;
  const intentHash = transaction?.intentHash;
  log.info(
    { cdpId, runId, attempt, ending, detail, intentHash, profitXrd, traceId },
    "attempt ended",
  );
  metrics.endings.inc({ ending });
  const { queuedAt, submittedAt, committedAt } = times;
  if (submittedAt !== null) {
    metrics.queuedToSubmitted.observe(secondsBetween(queuedAt, submittedAt));
    if (committedAt !== null) {
      metrics.submittedToCommitted.observe(secondsBetween(submittedAt, committedAt));
    }
  }
  if (profitXrd !== null) metrics.profit.inc(Math.max(0, Number(profitXrd)));
  if (transaction?.feeXrd) metrics.fees.inc(Number(transaction.feeXrd));
}

const secondsBetween = (from: string, to: string) =>
  Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
