import type { BatchSummary } from "@weft/messages";
import { median } from "../percentile.ts";
import type { Floor } from "./measure-floor.ts";

/** What the stack has asked for and used since its start. */
export interface SweepCounters {
  readonly reads: number;
  readonly previews: number;
  readonly heads: number;
  readonly confirmed: number;
  readonly limitCuts: number;
  readonly requestSeconds: number;
  readonly indexerCpuMs: number;
  readonly simulatorCpuMs: number;
  readonly awsCpuMs: number;
}

export interface SweptOnce {
  /** Of this sweep alone. */
  readonly counted: SweepCounters;
  readonly wallMs: number;
  readonly summaries: readonly Pick<BatchSummary, "scanned" | "verdicts">[];
}

export function countersBetween(before: SweepCounters, after: SweepCounters): SweepCounters {
  const names = Object.keys(before) as (keyof SweepCounters)[];
  return Object.fromEntries(
    names.map((name) => [name, after[name] - before[name]]),
  ) as unknown as SweepCounters;
}

/**
 * The sweeps as one: medians of what differs by the machine, and of the counts those of the sweep that asked most.
 *
 * @param floors one more than there are sweeps: each sweep is compared with the mean of the one before and the one after it
 */
export function sweepNumbers(swept: readonly SweptOnce[], floors: readonly Floor[]) {
  const ratios = swept.map(({ counted }, index) => {
    const [before, after] = floors.slice(index, index + 2) as [Floor, Floor];
    return counted.indexerCpuMs / ((before.floorCpuMs + after.floorCpuMs) / 2);
  });
  const medianOf = (numbers: readonly number[]) => Math.round(median(numbers));
  const medianCounted = (name: keyof SweepCounters) =>
    medianOf(swept.map(({ counted }) => counted[name]));
  const wallMs = medianOf(swept.map((one) => one.wallMs));
  const mostAsked = swept
    .toSorted(
      (a, b) => a.counted.reads - b.counted.reads || a.counted.previews - b.counted.previews,
    )
    .at(-1) as SweptOnce;
  const { reads, previews, heads, confirmed, limitCuts, requestSeconds } = mostAsked.counted;
  const { summaries } = mostAsked;
  const scanned = summaries.reduce((sum, one) => sum + one.scanned, 0);
  return {
    wallMs,
    wallsMs: swept.map((one) => one.wallMs).join(" "),
    cdpsPerSecond: Math.round(scanned / (wallMs / 1_000)),
    ...{ reads, previews, heads, confirmed, limitCuts },
    meanLatencyMs: Math.round((requestSeconds * 1_000) / (reads + previews + heads)),
    scanned,
    unverified: summaries.reduce((sum, { verdicts }) => sum + verdicts.unverified, 0),
    indexerCpuMs: medianCounted("indexerCpuMs"),
    floorCpuMs: medianOf(floors.map(({ floorCpuMs }) => floorCpuMs)),
    floorWallMs: medianOf(floors.map(({ floorWallMs }) => floorWallMs)),
    floorBytes: Math.max(...floors.map(({ floorBytes }) => floorBytes)),
    cpuRatio: Number(median(ratios).toFixed(2)),
    cpuRatios: ratios.map((ratio) => ratio.toFixed(2)).join(" "),
    simulatorCpuMs: medianCounted("simulatorCpuMs"),
    awsCpuMs: medianCounted("awsCpuMs"),
  };
}
