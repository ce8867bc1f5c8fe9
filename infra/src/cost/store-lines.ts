import type { Kind, Line } from "./line.ts";
import { PRICES, type Price } from "./prices.ts";
import { type Amounts, ASSUMED, HOURS, plus, standing, type Traffic, times } from "./traffic.ts";

type Properties = Readonly<Record<string, unknown>>;
const GB = 1e9;
const line = (kind: Kind, what: string, price: Price, amounts: Amounts): Line => ({
  ...{ kind, what, price, amounts },
});
const thousands = (amounts: Amounts) => times(amounts, 1 / 1_000);
const millions = (amounts: Amounts) => times(amounts, 1 / 1_000_000);

/** Sent, received, deleted; for a candidate its visibility is moved once, too. And long polls that find nothing. */
export function queueLines(properties: Properties, traffic: Traffic): Line[] {
  // Nothing polls dead letters.
  if (properties.RedriveAllowPolicy !== undefined) return [];
  if (properties.FifoQueue === true) {
    const requests = plus(times(traffic.candidates, 4), traffic.liquidationPolls);
    return [line("queues", "requests to FIFO queues", PRICES.sqsFifo, millions(requests))];
  }
  const interruptions = properties.RedrivePolicy === undefined;
  const requests = interruptions
    ? standing(ASSUMED.receivesPerHour * HOURS)
    : plus(times(traffic.batches, 3), traffic.indexPolls);
  return [line("queues", "requests to standard queues", PRICES.sqsStandard, millions(requests))];
}

export function tableLines({ candidates, runs, reconcilerScans }: Traffic): Line[] {
  const gigabytes = (ASSUMED.tableItems * ASSUMED.tableItemBytes) / GB;
  // Strongly consistent: a unit for 4 KB.
  const unitsPerScan = Math.ceil((ASSUMED.tableItems * ASSUMED.tableItemBytes) / 4_096);
  const writes = plus(times(candidates, ASSUMED.writeUnitsPerCandidate), runs);
  const reads = plus(
    times(candidates, ASSUMED.readUnitsPerCandidate),
    times(reconcilerScans, unitsPerScan),
  );
  return [
    line("table", "table, writes", PRICES.tableWrites, millions(writes)),
    line("table", "table, reads", PRICES.tableReads, millions(reads)),
    line("table", "table, kept", PRICES.tableStorage, standing(gigabytes)),
    line("table", "table, point-in-time recovery", PRICES.tableRecovery, standing(gigabytes)),
  ];
}

/** Only the bucket of data has traffic of its own; the others hold what people put there. */
export function bucketLines({ BucketName }: Properties, traffic: Traffic): Line[] {
  if (!/-data-[a-z0-9]+-[a-z0-9-]+$/.test(String(BucketName))) return [];
  // A run's manifest and books; a batch's snapshot and summary; a candidate's outcome. The books are read again.
  const writes = plus(times(traffic.runs, 2), times(traffic.batches, 2), traffic.candidates);
  const reads = plus(times(traffic.runs, 2), times(traffic.batches, 2));
  const bytes = plus(
    times(traffic.runs, ASSUMED.cdps * ASSUMED.snapshotBytesPerCdp),
    times(traffic.candidates, ASSUMED.outcomeBytes),
  );
  return [
    line("objects", "data bucket, writes", PRICES.objectWrites, thousands(writes)),
    line("objects", "data bucket, reads", PRICES.objectReads, thousands(reads)),
    line(
      "objects",
      "data bucket, kept after a year",
      PRICES.objectStorage,
      times(bytes, ASSUMED.historyMonths / GB),
    ),
  ];
}
