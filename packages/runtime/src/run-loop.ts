import type { Sleep } from "./sleep.ts";

export interface LoopOptions {
  /** One round of work. A rejection ends the loop: catch inside what the loop should survive. */
  readonly step: (signal: AbortSignal) => Promise<void>;
  /** From the end of one round to the start of the next, so rounds never overlap. */
  readonly pauseMs: number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

/** Runs `step` again and again until `signal` aborts; resolves once the last round has ended. */
export async function runLoop({ step, pauseMs, sleep, signal }: LoopOptions): Promise<void> {
  while (!signal.aborted) {
    await step(signal);
    await sleep(pauseMs, signal);
  }
}
