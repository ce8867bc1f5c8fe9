import { median } from "../percentile.ts";
import type { Replacement } from "./roll-liquidators.ts";

/** From queueing to submission, milliseconds, by the place in the burst; null for whom nothing was submitted. */
export type Latencies = readonly (number | null)[];

/** So many places to each side of one make what is ordinary there: each alone has its luck. */
const NEIGHBOURS = 25;

/**
 * The most that a candidate took longer than those about its place in the same burst without restarts: what the restart cost
 * it, whether it was handed back, left to its visibility time-out, or only had to wait for others. NaN when none was submitted.
 */
export function longestDelayMs(calm: Latencies, rolled: Latencies): number {
  const delays = rolled.flatMap((ms, place) => {
    if (ms === null) return [];
    const about = calm.slice(Math.max(0, place - NEIGHBOURS), place + NEIGHBOURS + 1);
    return [ms - median(about.filter((one) => one !== null))];
  });
  return delays.length === 0 ? Number.NaN : Math.round(Math.max(...delays));
}

/** What became of the fleet. */
interface RollBooks {
  /** Liquidators that were stopped while there was still something to submit: any later, and nothing is shown. */
  readonly restarted: number;
  /** Those that did not end by themselves with 0. */
  readonly unclean: number;
  /** From being asked to stop to the successor that is ready, the longest. */
  readonly longestReplacementMs: number;
}

export function rollBooks(
  replacements: readonly Replacement[],
  lastSubmittedAtMs: number,
): RollBooks {
  return {
    restarted: replacements.filter(({ stoppedAtMs }) => stoppedAtMs < lastSubmittedAtMs).length,
    unclean: replacements.filter(({ isClean }) => !isClean).length,
    longestReplacementMs: Math.max(...replacements.map(({ replacedAfterMs }) => replacedAfterMs)),
  };
}
