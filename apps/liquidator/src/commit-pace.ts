/**
 * When it is worth asking for the end of a transaction that was submitted just now: when four of five are over. Asked at
 * once and every second, a commit of five seconds costs six questions; in a burst they are most of what is asked at all.
 */
export interface CommitPace {
  /** From the submission to the first look, milliseconds. */
  readonly firstLookMs: number;
  /** What the first look found: the end, or nothing yet. */
  learn(wasOver: boolean): void;
  /** The same for who has waited for something else since the submission: what that finds teaches nothing. */
  after(waitedMs: number): CommitPace;
}

/** Of five first looks four find the end: one that comes too early moves the next by four times as much as one that is in time. */
const LATER_MS = 400;
const EARLIER_MS = 100;
/** A ledger that stands still is no reason to look ever more rarely. */
const LATEST_MS = 10_000;

/** Begins without a pause, and learns. */
export function createCommitPace(): CommitPace {
  let firstLookMs = 0;
  const pace: CommitPace = {
    get firstLookMs() {
      return firstLookMs;
    },
    learn(wasOver) {
      firstLookMs = wasOver
        ? Math.max(0, firstLookMs - EARLIER_MS)
        : Math.min(LATEST_MS, firstLookMs + LATER_MS);
    },
    after(waitedMs) {
      if (waitedMs === 0) return pace;
      const rest: CommitPace = {
        firstLookMs: Math.max(0, firstLookMs - waitedMs),
        learn: () => undefined,
        after: () => rest,
      };
      return rest;
    },
  };
  return pace;
}
