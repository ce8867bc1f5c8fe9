import { ENDINGS } from "@weft/messages";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Why messages may not be received. */
export const PAUSE_REASONS = [
  "paused",
  "holding_fire",
  "fleet_switch_unreadable",
  "outage",
] as const;

/** Failures for want of money; a settled attempt may cure them, since what is over and not settled counts as held. */
export const MONEY_CODES = [
  "funds_promised",
  "inventory_short",
  "spend_ceiling",
  "treasury_short",
] as const;

/** Every metric of this program. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    ...createAttemptMetrics(registers),
    ...createWorkMetrics(registers),
    ...createTableMetrics(registers),
    ...createTreasuryMetrics(registers),
  };
}

function createAttemptMetrics(registers: Registry[]) {
  const endings = new Counter({
    name: "liquidator_attempts_total",
    help: "Attempts by how they ended.",
    labelNames: ["ending"],
    registers,
  });
  const failures = new Counter({
    name: "liquidator_failures_total",
    help: "Candidates that could not be brought to an ending, by error code.",
    labelNames: ["code"],
    registers,
  });
  // A counter that is not there cannot be told from one that stays at zero.
  for (const ending of ENDINGS) endings.inc({ ending }, 0);
  // The first of these pages, and an increase is seen only of what was there before.
  for (const code of MONEY_CODES) failures.inc({ code }, 0);
  return {
    endings,
    failures,
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
    stepDuration: new Histogram({
      name: "liquidator_step_duration_seconds",
      help: "Of each step in which an attempt asks or tells the outside world, failed ones included.",
      labelNames: ["step"],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers,
    }),
  };
}

function createWorkMetrics(registers: Registry[]) {
  const receivingPaused = new Gauge({
    name: "liquidator_receiving_paused_info",
    help: "1 while no messages are received, by reason.",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of PAUSE_REASONS) receivingPaused.set({ reason }, 0);
  return {
    receivingPaused,
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
    referenceFailures: new Counter({
      name: "liquidator_reference_failures_total",
      help: "Times that the source of reference prices did not answer.",
      registers,
    }),
  };
}

/** What the reconciler sees of the state table. */
function createTableMetrics(registers: Registry[]) {
  return {
    unfinal: new Gauge({
      name: "liquidator_unfinal_cdps",
      help: "CDPs with a signed attempt that has no end yet, as the reconciler saw them last.",
      registers,
    }),
    oldestUnfinal: new Gauge({
      name: "liquidator_oldest_unfinal_attempt_seconds",
      help: "Since the oldest attempt without an end was signed; 0 when there is none.",
      registers,
    }),
    quarantined: new Gauge({
      name: "liquidator_quarantined_cdps",
      help: "CDPs that are left alone for a while because what fails about them is their own.",
      registers,
    }),
    reconciled: new Gauge({
      name: "liquidator_reconciled_timestamp_seconds",
      help: "When the reconciler last went over the table.",
      registers,
    }),
  };
}

function createTreasuryMetrics(registers: Registry[]) {
  return {
    treasuryBalance: new Gauge({
      name: "liquidator_treasury_balance_tokens",
      help: "What the account holds, by resource of the market.",
      labelNames: ["resource"],
      registers,
    }),
    treasuryHeld: new Gauge({
      name: "liquidator_treasury_held_tokens",
      help: "What of it is promised to attempts under way, by resource of the market.",
      labelNames: ["resource"],
      registers,
    }),
    treasuryFree: new Gauge({
      name: "liquidator_treasury_free_xrd",
      help: "XRD of the account that is promised to nobody.",
      registers,
    }),
    treasuryMinimum: new Gauge({
      name: "liquidator_treasury_minimum_xrd",
      help: "Free XRD below which somebody is to be told.",
      registers,
    }),
    treasuryRead: new Gauge({
      name: "liquidator_treasury_read_timestamp_seconds",
      help: "When the account and its reservations were last read, wall time.",
      registers,
    }),
    spend: new Gauge({
      name: "liquidator_spend_xrd",
      help: "Fees settled in the hour of the clock, over all executors.",
      registers,
    }),
    spendCeiling: new Gauge({
      name: "liquidator_spend_ceiling_xrd",
      help: "What the fees of an hour of the clock may come to.",
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
