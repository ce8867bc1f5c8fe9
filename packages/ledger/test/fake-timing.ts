import type { GatewayTiming } from "../src/gateway/timing.ts";

/** Time that passes only while somebody sleeps, at once. */
export interface FakeTiming extends GatewayTiming {
  /** Every pause asked for, milliseconds. */
  readonly slept: number[];
  /** Called at the start of each pause. */
  onSleep: (ms: number) => void;
}

/** @param wallStartMs milliseconds since 1970 at the beginning */
export function createFakeTiming(wallStartMs = 1_792_000_000_000): FakeTiming {
  let nowMs = 0;
  const slept: number[] = [];
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
  };
  return timing;
}
