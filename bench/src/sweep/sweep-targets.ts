import { atMost, type Target } from "../targets.ts";

export interface SweepNumbers {
  readonly cdps: number;
  readonly latencyMs: number;
  readonly indexers: number;
  readonly wallMs: number;
  readonly reads: number;
  readonly previews: number;
  readonly heads: number;
  readonly confirmed: number;
  readonly cpuRatio: number;
  readonly peakRssMb: number;
}

const IDS_PER_REQUEST = 100;
const CDPS_PER_PREVIEW = 10;
/** For the market's state, per process and run; the dispatcher is one of the processes. */
const READS_PER_PROCESS = 12;
/** How long an indexer holds a group of confirmations open, and how long it goes by one head. */
const LINGER_MS = 300;
const HEAD_MAX_AGE_MS = 2_000;
const WALL_MS_PER_100_000_CDPS = 10_000;
const DESIGN_LATENCY_MS = 100;
/** Below this the start of a run outweighs the work. */
const FEWEST_CDPS_FOR_RATIO = 20_000;
/** Half of what an indexer's pod may have. */
const PEAK_RSS_MB = 384;

/** The targets that a sweep of this size has. Time scales with the book above 100,000 and with latency above 100 ms. */
export function sweepTargets(sweep: SweepNumbers): Target[] {
  const { cdps, latencyMs, indexers } = sweep;
  const scale = Math.max(1, cdps / 100_000) * Math.max(1, latencyMs / DESIGN_LATENCY_MS);
  const reads = Math.ceil(cdps / IDS_PER_REQUEST) + READS_PER_PROCESS * (indexers + 1);
  return [
    atMost("wallMs", sweep.wallMs, WALL_MS_PER_100_000_CDPS * scale),
    atMost("reads", sweep.reads, reads),
    // A group that is not full leaves when it has waited for company for long enough.
    atMost(
      "previews",
      sweep.previews,
      Math.ceil(sweep.confirmed / CDPS_PER_PREVIEW) +
        indexers * (1 + Math.floor(sweep.wallMs / LINGER_MS)),
    ),
    // One for many batches, of the last seconds.
    atMost("heads", sweep.heads, (indexers + 1) * (2 + Math.floor(sweep.wallMs / HEAD_MAX_AGE_MS))),
    ...(cdps < FEWEST_CDPS_FOR_RATIO ? [] : [atMost("cpuRatio", sweep.cpuRatio, 2)]),
    atMost("peakRssMb", sweep.peakRssMb, PEAK_RSS_MB),
  ];
}
