import { ACCEPTANCE_BASES, SUSPECT_REASONS } from "@weft/protocol";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ControlEnd } from "./check-control.ts";

/** How the handling of a batch can end. */
const BATCH_ENDS = ["scanned", "superseded", "repeated", "retry", "park"] as const;
/** What can become of a CDP in a batch. */
const CDP_ENDS = [
  "no_debt",
  "healthy",
  "liquidatable",
  "bad_debt",
  "unverified",
  "burned",
  "unknown",
  "superseded",
  "undecodable",
  "unconfirmed",
] as const;

/** What putting a healthy CDP to the ledger can come to. */
const CONTROL_ENDS = ["agrees", "deviates", "moved", "unanswered"] as const satisfies ControlEnd[];

export type BatchEnd = (typeof BATCH_ENDS)[number];

/** Every metric of this program. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  const batches = new Counter({
    name: "indexer_batches_total",
    help: "Batches by how they ended.",
    labelNames: ["verdict"],
    registers,
  });
  const cdps = new Counter({
    name: "indexer_cdps_total",
    help: "CDPs of finished batches by how they were judged, skipped or failed.",
    labelNames: ["verdict"],
    registers,
  });
  const controls = new Counter({
    name: "indexer_controls_total",
    help: "CDPs far from the line that the ledger was asked about all the same, by what it said of our own count.",
    labelNames: ["end"],
    registers,
  });
  // A counter that is not there cannot be told from one that stays at zero.
  for (const verdict of BATCH_ENDS) batches.inc({ verdict }, 0);
  for (const verdict of CDP_ENDS) cdps.inc({ verdict }, 0);
  for (const end of CONTROL_ENDS) controls.inc({ end }, 0);
  return {
    batches,
    cdps,
    controls,
    ...createWorkMetrics(registers),
    ...createLedgerMetrics(registers),
    ...createPriceMetrics(registers),
  };
}

function createWorkMetrics(registers: Registry[]) {
  return {
    batchDuration: new Histogram({
      name: "indexer_batch_duration_seconds",
      help: "From receiving a batch to its end.",
      labelNames: ["verdict"],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
    batchWait: new Histogram({
      name: "indexer_batch_wait_seconds",
      help: "From sending a batch to receiving it.",
      buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
      registers,
    }),
    candidates: new Counter({
      name: "indexer_candidates_total",
      help: "Candidates sent to the liquidation queue.",
      registers,
    }),
    evaluations: new Counter({
      name: "indexer_evaluations_total",
      help: "Off-ledger assessments of a CDP's health.",
      registers,
    }),
    confirmations: new Counter({
      name: "indexer_confirmations_total",
      help: "CDPs that the ledger itself was asked about.",
      registers,
    }),
    undecodableEntries: new Counter({
      name: "indexer_undecodable_market_entries_total",
      help: "Entries of the market's stores that could not be read, and were left out.",
      registers,
    }),
  };
}

function createLedgerMetrics(registers: Registry[]) {
  return {
    receivingPaused: new Gauge({
      name: "indexer_receiving_paused_info",
      help: "1 while batches are left on their queue because the ledger cannot be read.",
      registers,
    }),
    ledgerLag: new Gauge({
      name: "indexer_ledger_lag_seconds",
      help: "Age of the ledger state that the last batch was pinned to, when the batch was taken up.",
      registers,
    }),
    headAge: new Gauge({
      name: "indexer_head_age_seconds",
      help: "Age of the ledger head when it was last read.",
      registers,
    }),
  };
}

/** What can go wrong around the price guard. */
const GUARD_PARTS = ["read", "write", "reference"] as const;

function createPriceMetrics(registers: Registry[]) {
  const priceDecisions = new Counter({
    name: "indexer_price_decisions_total",
    help: "Prices judged, by why they were believed or not.",
    labelNames: ["because"],
    registers,
  });
  const guardFailures = new Counter({
    name: "indexer_price_guard_failures_total",
    help: "Times that the price guard's memory or its reference source did not answer.",
    labelNames: ["part"],
    registers,
  });
  for (const because of [...ACCEPTANCE_BASES, ...SUSPECT_REASONS]) {
    priceDecisions.inc({ because }, 0);
  }
  for (const part of GUARD_PARTS) guardFailures.inc({ part }, 0);
  return {
    priceDecisions,
    guardFailures,
    suspectAssets: new Gauge({
      name: "indexer_suspect_assets",
      help: "Assets whose price was suspect when it was last judged, by reason.",
      labelNames: ["reason"],
      registers,
    }),
    assetSuspect: new Gauge({
      name: "indexer_asset_suspect_info",
      help: "Assets of the market: 1 while the price is suspect, 0 while it is believed.",
      labelNames: ["asset"],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
