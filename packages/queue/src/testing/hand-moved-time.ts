/** A clock that only moves when told, and sleeps that end by it. */
export interface HandMovedTime {
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Every sleep asked for so far, in order; milliseconds. */
  readonly asked: readonly number[];
  /** Moves the clock and wakes whoever is due. */
  advance(ms: number): void;
}

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

export function createHandMovedTime(): HandMovedTime {
  const sleepers = new Set<Sleeper>();
  const asked: number[] = [];
  let nowMs = 1_000_000;
  return {
    nowMs: () => nowMs,
    asked,
    sleep(ms, signal) {
      asked.push(ms);
      return new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { wakeAtMs: nowMs + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener("abort", wake, { once: true });
      });
    },
    advance(ms) {
      nowMs += ms;
      for (const { wakeAtMs, wake } of [...sleepers]) if (wakeAtMs <= nowMs) wake();
    },
  };
}
