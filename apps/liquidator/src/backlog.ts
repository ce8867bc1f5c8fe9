import type { Sleep } from "@weft/runtime";

export interface BacklogOptions {
  /** No more is received while more messages than this wait; 0 receives only for executors that are idle. */
  readonly most: number;
  /** How long `hasRoom` waits for room, milliseconds. */
  readonly patienceMs: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: Sleep;
}

/**
 * The messages that were received and that no executor has begun to work on. Few of them may be: what waits here is kept
 * from the other liquidators. Those that wait for finality, or for the rest of a loan, are not among them: they must hold
 * up nobody who waits for a first attempt.
 */
export interface Backlog {
  arrived(messageId: string): void;
  /** An executor has begun, or the message came to its end without one; may be told again. */
  left(messageId: string): void;
  /** Waits a while for room; false when there is none by then. */
  hasRoom(signal: AbortSignal): Promise<boolean>;
  /**
   * Lets those that wait go first, for 30 seconds at the most; resolves to the milliseconds that it took, 0 when none waits
   * or too many give way already.
   */
  giveWay(signal: AbortSignal): Promise<number>;
  /** Somebody is short of what is held for attempts that may be over: for a minute nobody gives way. */
  settleSoon(): void;
}

/** What is submitted is on its way whether or not anybody looks, and the looks cost as much as a submission. */
const GIVE_WAY_MS = 30_000;
/** Each keeps its locked fee reserved meanwhile: over five pods, well under the ceiling of an hour. */
const MOST_GIVING_WAY = 250;
const LOOK_EVERY_MS = 1_000;
const HURRY_MS = 60_000;

export function createBacklog({ most, patienceMs, nowMs, sleep }: BacklogOptions): Backlog {
  const waiting = new Set<string>();
  let hasShrunk = new AbortController();
  let hurryUntilMs = Number.NEGATIVE_INFINITY;
  let givingWay = 0;
  const isCrowded = () => waiting.size > 0 && nowMs() >= hurryUntilMs;
  return {
    arrived(messageId) {
      waiting.add(messageId);
    },
    left(messageId) {
      if (waiting.delete(messageId) && waiting.size <= most) hasShrunk.abort();
    },
    async hasRoom(signal) {
      if (waiting.size > most) {
        hasShrunk = new AbortController();
        await sleep(patienceMs, AbortSignal.any([signal, hasShrunk.signal]));
      }
      return waiting.size <= most;
    },
    async giveWay(signal) {
      if (!isCrowded() || signal.aborted || givingWay >= MOST_GIVING_WAY) return 0;
      const startedMs = nowMs();
      const waitedMs = () => nowMs() - startedMs;
      givingWay += 1;
      while (isCrowded() && waitedMs() < GIVE_WAY_MS && !signal.aborted) {
        await sleep(LOOK_EVERY_MS, signal);
      }
      givingWay -= 1;
      return waitedMs();
    },
    settleSoon() {
      hurryUntilMs = nowMs() + HURRY_MS;
    },
  };
}
