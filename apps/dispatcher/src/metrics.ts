import { Counter, Gauge, type Registry } from "prom-client";

/** Every metric of this program. Nobody scrapes a Job: their last values go into a log line. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    headAge: new Gauge({
      name: "dispatcher_head_age_seconds",
      help: "Age of the ledger head when it was read.",
      registers,
    }),
    staleHeads: new Counter({
      name: "dispatcher_stale_heads_total",
      help: "Runs refused because the ledger's head was too old to act on.",
      registers,
    }),
    counterDifference: new Gauge({
      name: "dispatcher_counter_difference_cdps",
      help: "Ids minted less the market's own count of CDPs; anything but 0 wants a look.",
      registers,
    }),
    expected: new Gauge({
      name: "dispatcher_expected_cdps",
      help: "CDPs this run set out to scan.",
      registers,
    }),
    batches: new Counter({
      name: "dispatcher_batches_total",
      help: "Batches sent.",
      registers,
    }),
    lastScan: new Gauge({
      name: "dispatcher_last_scan_timestamp_seconds",
      help: "When a run was last dispatched, ledger time.",
      registers,
    }),
    previousMissing: new Gauge({
      name: "dispatcher_previous_run_missing_cdps",
      help: "CDPs of the run before that no batch has reported.",
      registers,
    }),
    previousFailed: new Gauge({
      name: "dispatcher_previous_run_failed_cdps",
      help: "CDPs of the run before that could not be read or confirmed.",
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** The values as they stand, for a log line: `name` or `name{label="value"}` to number. Buckets are left out. */
export async function readMetrics(registry: Registry): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const metric of await registry.getMetricsAsJSON()) {
    for (const { labels, value, ...rest } of metric.values) {
      if ("le" in labels) continue;
      const name = "metricName" in rest ? String(rest.metricName) : metric.name;
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      values[pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`] = value;
    }
  }
  return values;
}
