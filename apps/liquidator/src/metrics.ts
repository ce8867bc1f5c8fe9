import { ENDINGS } from "@weft/messages";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Every metric of this program. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  const endings = new Counter({
    name: "liquidator_attempts_total",
    help: "Attempts by how they ended.",
    labelNames: ["ending"],
    registers,
  });
  // A counter that is not there cannot be told from one that stays at zero.
  for (const ending of ENDINGS) endings.inc({ ending }, 0);
  return {
    endings,
    failures: new Counter({
      name: "liquidator_failures_total",
      help: "Candidates that could not be brought to an ending, by error code.",
      labelNames: ["code"],
      registers,
    }),
    queuedToSubmitted: new Histogram({
      name: "liquidator_queued_to_submitted_seconds",
      help: "From queueing a candidate to submitting its transaction.",
      buckets: [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120],
      registers,
    }),
    submittedToCommitted: new Histogram({
      name: "liquidator_submitted_to_committed_seconds",
      help: "From submitting a transaction to knowing it is on ledger.",
      buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 300, 600],
      registers,
    }),
    profit: new Counter({
      name: "liquidator_profit_xrd_total",
      help: "Profit of liquidations that earned, XRD, for a dashboard; the outcomes hold the exact figures.",
      registers,
    }),
    fees: new Counter({
      name: "liquidator_fees_xrd_total",
      help: "Fees paid, XRD, for a dashboard; the outcomes hold the exact figures.",
      registers,
    }),
    executorsBusy: new Gauge({
      name: "liquidator_executors_busy",
      help: "Executors at work.",
      registers,
    }),
    messagesHeld: new Gauge({
      name: "liquidator_messages_held",
      help: "Messages held, those that wait for finality included.",
      registers,
    }),
    headAge: new Gauge({
      name: "liquidator_head_age_seconds",
      help: "Age of the ledger head when it was last read.",
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
