import { type Sleep, sleep } from "@weft/runtime";

/** Time and chance, passed in so that a test need not wait. */
export interface GatewayTiming {
  /** A monotonic clock, milliseconds. */
  nowMs(): number;
  /** Milliseconds since 1970, for a Retry-After that is a date. */
  wallMs(): number;
  readonly sleep: Sleep;
  /** Calls `onTime` once after `ms`, unless the function that it returns is called before. */
  setTimer(ms: number, onTime: () => void): () => void;
  /** From 0 to below 1. */
  random(): number;
}

/** The machine's own. */
export const systemTiming: GatewayTiming = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep,
  setTimer(ms, onTime) {
    const timer = setTimeout(onTime, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
