import type { Sleep } from "@weft/runtime";

export interface ShareReadsOptions<T> {
  /** Nobody's to abort, since others wait for it too. */
  readonly read: () => Promise<T>;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: Sleep;
}

/** Of the time that reads take, so much passes until the next: what asks then gathers. */
const REST = 3;
const LONGEST_REST_MS = 300;
const UNABORTED = new AbortController().signal;

/**
 * Reads that begin after they are asked for, shared: all who ask while one is under way, or while the rest after it lasts, get
 * the next. So what is read is never older than the question, at most one read is under way, and reads that grow slow
 * grow rare: many share each. One that is asked for alone begins at once.
 */
export function shareReads<T>({ read, nowMs, sleep }: ShareReadsOptions<T>): () => Promise<T> {
  let resting: Promise<void> = Promise.resolve();
  let next: Promise<T> | undefined;
  const readAfter = async (rested: Promise<void>) => {
    await rested;
    next = undefined;
    const startedMs = nowMs();
    const rest = Promise.withResolvers<void>();
    resting = rest.promise;
    try {
      return await read();
    } finally {
      const restMs = Math.min(REST * (nowMs() - startedMs), LONGEST_REST_MS);
      void sleep(restMs, UNABORTED).then(rest.resolve);
    }
  };
  return () => {
    next ??= readAfter(resting);
    return next;
  };
}
