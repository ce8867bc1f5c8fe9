import type { GatewayTiming } from "./timing.ts";

/** Lets requests start no faster than a rate. */
export interface TokenBucket {
  /** Resolves when the caller may start, in order of asking. Rejects with the signal's reason when it aborts. */
  take(signal: AbortSignal): Promise<void>;
}

/** The share of one second's tokens that may be spent at once after a pause. */
const BURST_SECONDS = 0.25;

/**
 * A bucket kept as the time at which the next token falls due, so that timers that fire late cost no throughput.
 *
 * @param tokensPerSecond above 0; a quarter of it (at least one) may start at once
 */
export function createTokenBucket(
  tokensPerSecond: number,
  timing: Pick<GatewayTiming, "nowMs" | "sleep">,
): TokenBucket {
  if (!(tokensPerSecond > 0)) {
    throw new RangeError(`a token bucket needs a rate above 0, not ${tokensPerSecond}`);
  }
  const intervalMs = 1_000 / tokensPerSecond;
  const burst = Math.max(1, Math.floor(tokensPerSecond * BURST_SECONDS));
  const savedMs = (burst - 1) * intervalMs;
  let nextDueMs = Number.NEGATIVE_INFINITY;

  return {
    async take(signal) {
      signal.throwIfAborted();
      const nowMs = timing.nowMs();
      const dueMs = Math.max(nextDueMs, nowMs - savedMs);
      nextDueMs = dueMs + intervalMs;
      if (dueMs > nowMs) await timing.sleep(dueMs - nowMs, signal);
      signal.throwIfAborted();
    },
  };
}
