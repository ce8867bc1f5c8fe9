import { dispositionOf } from "./app-error.ts";
import type { Sleep } from "./sleep.ts";

export interface PersistOptions<T> {
  readonly step: (signal: AbortSignal) => Promise<T>;
  /** Told of each failure that will be tried again. */
  readonly onFailure: (error: unknown) => void;
  readonly pauseMs: number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

/**
 * Tries a step of starting up until it succeeds, so that trouble on the network does not become a restart loop.
 * @throws what the step throws when its disposition is `park`, or once `signal` aborts
 */
export async function persist<T>(options: PersistOptions<T>): Promise<T> {
  const { step, onFailure, pauseMs, sleep, signal } = options;
  for (;;) {
    try {
      return await step(signal);
    } catch (error) {
      if (signal.aborted || dispositionOf(error) === "park") throw error;
      onFailure(error);
    }
    await sleep(pauseMs, signal);
  }
}
