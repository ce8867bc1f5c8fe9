import { Counter, Gauge, type Registry } from "prom-client";

/** What becomes of the CDPs of a run; together they are what it set out to scan. */
const BOOKS = {
  scanned: "CDPs of the run before that were judged.",
  burned: "CDPs of the run before that were skipped: burned.",
  unknown: "CDPs of the run before that were skipped: the Gateway did not know their ids.",
  superseded: "CDPs of the run before that were skipped: their batches came up after a newer run.",
  undecodable: "CDPs of the run before that failed: their data could not be read.",
  unconfirmed: "CDPs of the run before that failed: the ledger did not judge them.",
  missing: "CDPs of the run before that no batch has reported.",
} as const;

/** Every metric of this program. Nobody scrapes a Job: their last values go into a log line. */
export function createMetrics(registry: Registry) {
  return { ...createRunMetrics([registry]), ...createBooksMetrics([registry]) };
}

function createRunMetrics(registers: Registry[]) {
  return {
    headAge: gauge(registers, "head_age_seconds", "Age of the ledger head when it was read."),
    staleHeads: new Counter({
      name: "dispatcher_stale_heads_total",
      help: "Runs refused because the ledger's head was too old to act on.",
      registers,
    }),
    counterDifference: gauge(
      registers,
      "counter_difference_cdps",
      "Ids minted less the market's own count of CDPs; anything but 0 for three runs pages.",
    ),
    expected: gauge(registers, "expected_cdps", "CDPs this run set out to scan."),
    gaps: gauge(
      registers,
      "gap_cdps",
      "CDPs that the run before did not look at; this run sent their batches first.",
    ),
    batches: new Counter({
      name: "dispatcher_batches_total",
      help: "Batches sent.",
      registers,
    }),
    lastScan: gauge(
      registers,
      "last_scan_timestamp_seconds",
      "When a run was last dispatched, ledger time.",
    ),
  };
}

function createBooksMetrics(registers: Registry[]) {
  const previous = (name: string, help: string) =>
    gauge(registers, `previous_run_${name}_cdps`, help);
  return {
    previousExpected: previous("expected", "CDPs that the run before set out to scan."),
    previous: {
      scanned: previous("scanned", BOOKS.scanned),
      burned: previous("burned", BOOKS.burned),
      unknown: previous("unknown", BOOKS.unknown),
      superseded: previous("superseded", BOOKS.superseded),
      undecodable: previous("undecodable", BOOKS.undecodable),
      unconfirmed: previous("unconfirmed", BOOKS.unconfirmed),
      missing: previous("missing", BOOKS.missing),
    },
    previousUnverified: previous(
      "unverified",
      "CDPs of the run before that were scanned and not judged: a price they depend on is suspect.",
    ),
    lost: gauge(
      registers,
      "lost_cdps",
      "CDPs of earlier runs whose batches this run found on no queue: they will not report any more.",
    ),
    settledRun: gauge(
      registers,
      "settled_run_timestamp_seconds",
      "When the newest run whose books are settled was read, ledger time.",
    ),
  };
}

/** Not a number until it is set: what a run did not come to know is not zero. */
function gauge(registers: Registry[], name: string, help: string): Gauge {
  const made = new Gauge({ name: `dispatcher_${name}`, help, registers });
  made.set(Number.NaN);
  return made;
}

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * The values as they stand, for a log line: `name` or `name{label="value"}` to number. Buckets are left out, and so is
 * what was never set: a collector that makes gauges of the line keeps what the run before said of it.
 */
export async function readMetrics(registry: Registry): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const metric of await registry.getMetricsAsJSON()) {
    for (const { labels, value, ...rest } of metric.values) {
      if ("le" in labels || Number.isNaN(value)) continue;
      const name = "metricName" in rest ? String(rest.metricName) : metric.name;
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      values[pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`] = value;
    }
  }
  return values;
}
