/**
 * How many requests of a lane may be in flight: all that are allowed while the Gateway bears them, fewer when it does not.
 *
 * Two things hold it down, and the lower of both counts:
 * - *Refusals.* An answer that says "too much" (429, 503, a time-out) halves the window; requests that were already under
 *   way when it was halved do not halve it again. Every answer in time widens it by 1/window: by one per round trip.
 * - *Latency.* Each endpoint has a moving baseline, quick to fall and slow to rise. While answers take more than three times their
 *   baseline, the window shrinks in proportion; after a few hundred answers the new latency is the baseline.
 *
 * Never below 1: somebody has to find out that the Gateway is well again.
 */
export interface InFlightLimit {
  readonly current: number;
  /** An answer came in time. Times are monotonic, milliseconds. */
  answered(exchange: Exchange & { readonly path: string }): void;
  /** The Gateway had too much to do. */
  overloaded(exchange: Exchange): void;
}

interface Exchange {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Added to every latency, so that what is fast in any case may double and more. */
const INDIFFERENT_MS = 50;
const TOLERATED_SLOWNESS = 3;
const FALL_RATE = 1 / 8;
const RISE_RATE = 1 / 256;
/** How many answers make up the present. */
const RECENT_RATE = 1 / 16;

/** @param max the most that may ever be in flight, at least 1 */
export function createInFlightLimit(max: number): InFlightLimit {
  const baselines = new Map<string, number>();
  let window = max;
  let lastCutMs = Number.NEGATIVE_INFINITY;
  /** Latency in units of its baseline. */
  let slowness = 1;

  return {
    get current() {
      return Math.max(1, Math.floor(window * Math.min(1, TOLERATED_SLOWNESS / slowness)));
    },
    answered({ path, startedMs, endedMs }) {
      const latencyMs = endedMs - startedMs + INDIFFERENT_MS;
      const baselineMs = baselines.get(path) ?? latencyMs;
      const difference = latencyMs - baselineMs;
      baselines.set(path, baselineMs + difference * (difference < 0 ? FALL_RATE : RISE_RATE));
      slowness += (latencyMs / baselineMs - slowness) * RECENT_RATE;
      window = Math.min(max, window + 1 / window);
    },
    overloaded({ startedMs, endedMs }) {
      if (startedMs < lastCutMs) return;
      lastCutMs = endedMs;
      window = Math.max(1, window / 2);
    },
  };
}
