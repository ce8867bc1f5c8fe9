/** Lets at most `limit` pieces of work run at once; the rest wait in order of arrival. */
export interface Semaphore {
  /**
   * Runs `work` when a place is free. A waiter whose signal aborts leaves the line and rejects with its reason.
   *
   * @param line `front` waits before all of `back`, for what has waited its turn before
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal, line?: "front" | "back"): Promise<T>;
  /** A lower limit takes no place away from work that runs. @throws {RangeError} as `createSemaphore` */
  resize(limit: number): void;
  /** How many pieces of work run now. */
  readonly active: number;
  /** How many wait, in both lines. */
  readonly waiting: number;
  /** How many wait in the front line. */
  readonly waitingInFront: number;
}

interface Waiter {
  readonly enter: () => void;
}

/** @throws {RangeError} when `limit` is not a whole number of at least 1 */
export function createSemaphore(limit: number): Semaphore {
  let places = checkedLimit(limit);
  let active = 0;
  const lines = { front: new Set<Waiter>(), back: new Set<Waiter>() };

  const admit = () => {
    for (const line of [lines.front, lines.back]) {
      for (const waiter of line) {
        if (active >= places) return;
        line.delete(waiter);
        active += 1;
        waiter.enter();
      }
    }
  };

  const enter = (signal: AbortSignal, line: Set<Waiter>) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        line.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        enter: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      line.add(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
      admit();
    });

  return {
    async run(work, signal, line = "back") {
      await enter(signal, lines[line]);
      try {
        return await work();
      } finally {
        active -= 1;
        admit();
      }
    },
    resize(next) {
      places = checkedLimit(next);
      admit();
    },
    get active() {
      return active;
    },
    get waitingInFront() {
      return lines.front.size;
    },
    get waiting() {
      return lines.front.size + lines.back.size;
    },
  };
}

function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new RangeError(`a semaphore needs a limit of at least 1, not ${limit}`);
}
