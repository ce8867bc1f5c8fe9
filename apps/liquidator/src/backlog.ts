import type { Sleep } from "@weft/runtime";

export interface BacklogOptions {
  /** No more is received while more messages than this wait; 0 receives only for executors that are idle. */
  readonly most: number;
  /** How long `hasRoom` waits for room, milliseconds. */
  readonly patienceMs: number;
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
}

export function createBacklog({ most, patienceMs, sleep }: BacklogOptions): Backlog {
  const waiting = new Set<string>();
  let hasShrunk = new AbortController();
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
  };
}
