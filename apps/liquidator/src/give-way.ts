import type { Sleep } from "@weft/runtime";

export interface GiveWayDeps {
  /** Whether first attempts wait for an executor. */
  readonly isCrowded: () => boolean;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: Sleep;
}

/**
 * Lets first attempts go before looks for the end of what is submitted: that is on its way whether or not anybody looks, and
 * the looks cost as much as a submission.
 */
export interface GiveWay {
  /** Waits while it is crowded, for a minute at the most and not when too many wait so; resolves to the milliseconds it took. */
  wait(signal: AbortSignal): Promise<number>;
  /** Somebody is short of what is held for attempts that may be over: for a minute nobody gives way. */
  settleSoon(): void;
}

/** A fifth of an epoch: what the ledger has lost is handed in again long before it expires. */
const LONGEST_MS = 60_000;
/** Each keeps its locked fee reserved meanwhile: over five pods, well under the ceiling of an hour. */
const MOST_WAITING = 250;
const LOOK_EVERY_MS = 1_000;
const HURRY_MS = 60_000;

export function createGiveWay({ isCrowded, nowMs, sleep }: GiveWayDeps): GiveWay {
  let waiting = 0;
  let hurryUntilMs = Number.NEGATIVE_INFINITY;
  const hasToWait = () => isCrowded() && nowMs() >= hurryUntilMs;
  return {
    async wait(signal) {
      if (!hasToWait() || signal.aborted || waiting >= MOST_WAITING) return 0;
      const startedMs = nowMs();
      const waitedMs = () => nowMs() - startedMs;
      waiting += 1;
      while (hasToWait() && waitedMs() < LONGEST_MS && !signal.aborted) {
        await sleep(LOOK_EVERY_MS, signal);
      }
      waiting -= 1;
      return waitedMs();
    },
    settleSoon() {
      hurryUntilMs = nowMs() + HURRY_MS;
    },
  };
}
