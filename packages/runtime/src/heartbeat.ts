/** Shows that a loop still turns: the loop beats, the liveness probe looks at the age of the last beat. */
export interface Heartbeat {
  beat(): void;
  /** Milliseconds since the last beat (since creation before the first). */
  ageMs(): number;
}

/** @param nowMs a monotonic clock, milliseconds */
export function createHeartbeat(nowMs: () => number): Heartbeat {
  let lastMs = nowMs();
  return {
    beat() {
      lastMs = nowMs();
    },
    ageMs: () => nowMs() - lastMs,
  };
}
