import type { Environment } from "@weft/environments";

/** As AWS counts a month. */
export const HOURS = 730;

/**
 * What cannot be read from a template or a manifest. Each is a guess that says so: compare with a bill, and correct it
 * here. GB are 10^9 bytes; where nothing else is said, a month's.
 */
export const ASSUMED = {
  /** Today's book (1,138), rounded up. */
  cdps: 1_200,
  /** Quiet days, and a few that are not; half of them are signed. */
  candidatesPerDay: 50,
  signedShare: 0.5,
  gatewayBytesPerCdp: 3_000,
  gatewayBytesPerCandidate: 100_000,
  snapshotBytesPerCdp: 220,
  outcomeBytes: 4_000,
  /** A batch's snapshot is below 128 KiB, so S3 leaves it in its first class, and it adds up. */
  historyMonths: 12,
  /** CDPs that were ever worked on. */
  tableItems: 300,
  tableItemBytes: 2_000,
  /** Lease, signed, submitted, final, at two units each. */
  writeUnitsPerCandidate: 8,
  readUnitsPerCandidate: 2,
  /** Each liquidator looks for unfinal attempts every minute. */
  scansPerHour: 60,
  controlPlaneLogGb: 10,
  flowLogGb: 5,
  /** Metrics and logs to Grafana Cloud, requests to the Gateway. */
  transferOutGb: 10,
  betweenZonesGb: 20,
  endpointGb: 5,
  imageGbPerRepository: 5,
  pushedImagesGb: 2,
  alarmMessages: 100,
  queriesTb: 0.01,
  /** Long polls of 20 s. */
  receivesPerHour: 180,
  /** Of each queue: the autoscaler asks every 15 s, KEDA itself every 30 s. */
  depthReadsPerHour: 360,
  collectorReadsPerHour: 60,
  secretReadsPerHour: 1,
} as const;

/** How much of a thing there is in a month without a candidate, in a usual month, and what an hour of crash adds. */
export interface Amounts {
  readonly idle: number;
  readonly typical: number;
  readonly crash: number;
}

/** What goes through the system. */
export interface Traffic {
  readonly runs: Amounts;
  readonly batches: Amounts;
  readonly candidates: Amounts;
  readonly signed: Amounts;
  readonly indexPolls: Amounts;
  readonly liquidationPolls: Amounts;
  readonly reconcilerScans: Amounts;
}

/** Replicas of a worker, as KEDA may set them. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The same in either month, nothing more in the hour. */
export const standing = (amount: number): Amounts => ({ idle: amount, typical: amount, crash: 0 });

export const times = (amounts: Amounts, factor: number): Amounts => ({
  idle: amounts.idle * factor,
  typical: amounts.typical * factor,
  crash: amounts.crash * factor,
});

export function plus(...all: readonly Amounts[]): Amounts {
  const sum = (of: keyof Amounts) => all.reduce((total, one) => total + one[of], 0);
  return { idle: sum("idle"), typical: sum("typical"), crash: sum("crash") };
}

/** Hours of the replicas: the fewest all month, and in a crash an hour of those that come on top. */
const replicaHours = ({ min, max }: Bounds): Amounts => ({
  ...{ idle: min * HOURS, typical: min * HOURS, crash: max - min },
});

/** The crash is the hour that the environment is built for: every candidate of it, all signed. */
export function trafficOf(
  { dispatcher, liquidator }: Pick<Environment, "dispatcher" | "liquidator">,
  workers: { readonly indexer: Bounds; readonly liquidator: Bounds },
): Traffic {
  const runs = (HOURS * 60) / dispatcher.everyMinutes;
  const candidates = (ASSUMED.candidatesPerDay * HOURS) / 24;
  const burst = liquidator.designBurst.candidates;
  const depthReads = standing(ASSUMED.depthReadsPerHour * HOURS);
  const polls = (bounds: Bounds) =>
    plus(times(replicaHours(bounds), ASSUMED.receivesPerHour), depthReads);
  return {
    runs: standing(runs),
    batches: standing(runs * Math.ceil(ASSUMED.cdps / dispatcher.batchSize)),
    candidates: { idle: 0, typical: candidates, crash: burst },
    signed: { idle: 0, typical: candidates * ASSUMED.signedShare, crash: burst },
    indexPolls: polls(workers.indexer),
    liquidationPolls: polls(workers.liquidator),
    reconcilerScans: times(replicaHours(workers.liquidator), ASSUMED.scansPerHour),
  };
}
