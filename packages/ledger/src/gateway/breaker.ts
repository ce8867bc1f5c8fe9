/**
 * Whether a base URL is worth asking.
 *
 * - `closed`: it answers. Consecutive failures lead to `open`.
 * - `open`: nobody asks it for a while. When the while is over, the next request makes it `half_open`.
 * - `half_open`: that one request is under way. Its success closes, its failure opens for twice as long.
 */
export type BreakerState = "closed" | "open" | "half_open";

export interface Breaker {
  readonly state: BreakerState;
  /** Milliseconds until it is worth asking again; 0 when it is now. */
  readyInMs(nowMs: number): number;
  /** Marks the start of a request; only when `readyInMs` is 0. */
  enter(): void;
  /** The request told us nothing (the caller gave up, or its answer was about the request alone). */
  leave(): void;
  succeed(): void;
  fail(nowMs: number): void;
}

/** Enough that a Gateway with one failure in two rarely opens it, few enough that a dead one does at once. */
const FAILURES_TO_OPEN = 8;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;
/** How often to look whether another's half-open request has come to an end. */
const WATCH_MS = 100;

/** @param onChange hears every change of state */
export function createBreaker(onChange: (state: BreakerState) => void): Breaker {
  let state: BreakerState = "closed";
  let failures = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let openUntilMs = 0;

  const become = (next: BreakerState) => {
    if (state === next) return;
    state = next;
    onChange(next);
  };
  const open = (nowMs: number) => {
    openUntilMs = nowMs + pauseMs;
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    become("open");
  };

  return {
    get state() {
      return state;
    },
    readyInMs(nowMs) {
      if (state === "closed") return 0;
      return state === "half_open" ? WATCH_MS : Math.max(0, openUntilMs - nowMs);
    },
    enter() {
      if (state === "open") become("half_open");
    },
    leave() {
      // Its pause is over, so the next request may try at once.
      if (state === "half_open") become("open");
    },
    succeed() {
      failures = 0;
      pauseMs = FIRST_PAUSE_MS;
      become("closed");
    },
    fail(nowMs) {
      failures += 1;
      if (state === "half_open" || (state === "closed" && failures >= FAILURES_TO_OPEN)) {
        open(nowMs);
      }
    },
  };
}
