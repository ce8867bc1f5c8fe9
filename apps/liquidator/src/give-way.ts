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
  /**
   * Waits until it has not been crowded for three seconds, for a minute at the most and not when too many wait so; resolves to
   * the milliseconds it took.
   */
  wait(signal: AbortSignal): Promise<number>;
  /** Somebody is short of what is held for attempts that may be over: for a minute nobody gives way. */
  settleSoon(): void;
}

/**
 * An executor that is free for a moment does not end a burst: the next message is on its way here, and other processes have not
 * got as far.
 */
const CALM_MS = 3_000;
/** A fifth of an epoch: what the ledger has lost is handed in again long before it expires. */
const LONGEST_MS = 60_000;
/** Each keeps its locked fee reserved meanwhile: over five pods, four fifths of the ceiling of an hour, by defaults. */
const MOST_WAITING = 320;
const LOOK_EVERY_MS = 1_000;
const HURRY_MS = 60_000;

export function createGiveWay({ isCrowded, nowMs, sleep }: GiveWayDeps): GiveWay {
  let waiting = 0;
  let hurryUntilMs = Number.NEGATIVE_INFINITY;
  let crowdedUntilMs = Number.NEGATIVE_INFINITY;
  const hasToWait = () => {
    if (isCrowded()) crowdedUntilMs = nowMs() + CALM_MS;
    return nowMs() < crowdedUntilMs && nowMs() >= hurryUntilMs;
  };
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
