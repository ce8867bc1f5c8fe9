import type { GatewayTiming } from "../src/gateway/timing.ts";

/** Time that passes while somebody sleeps, at once, and when a test says so. */
export interface FakeTiming extends GatewayTiming {
  /** Every pause asked for, milliseconds. */
  readonly slept: number[];
  /** Called at the start of each pause. */
  onSleep: (ms: number) => void;
  /** Lets time pass, and what is due by then happen. Pauses ring nothing: they stand for time in which others work. */
  pass(ms: number): void;
}

/** @param wallStartMs milliseconds since 1970 at the beginning */
export function createFakeTiming(wallStartMs = 1_792_000_000_000): FakeTiming {
  let nowMs = 0;
  const slept: number[] = [];
  const timers = new Set<{ readonly dueMs: number; readonly onTime: () => void }>();
  const timing: FakeTiming = {
    slept,
    onSleep: () => {},
    nowMs: () => nowMs,
    wallMs: () => wallStartMs + nowMs,
    random: () => 0,
    sleep: async (ms, signal) => {
      slept.push(ms);
      timing.onSleep(ms);
      if (signal.aborted) return;
      nowMs += ms;
    },
    setTimer(ms, onTime) {
      const timer = { dueMs: nowMs + ms, onTime };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(ms) {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.dueMs > nowMs || !timers.delete(timer)) continue;
        timer.onTime();
      }
    },
  };
  return timing;
}
