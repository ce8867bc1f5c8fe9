/** Lets at most `limit` pieces of work run at once; the rest wait in order of arrival. */
export interface Semaphore {
  /** Runs `work` when a place is free. A waiter whose signal aborts leaves the line and rejects with its reason. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** How many pieces of work run now. */
  readonly active: number;
  /** How many wait. */
  readonly waiting: number;
}

interface Waiter {
  readonly enter: () => void;
}

/** @throws {RangeError} when `limit` is not a whole number of at least 1 */
export function createSemaphore(limit: number): Semaphore {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`a semaphore needs a limit of at least 1, not ${limit}`);
  }
  const waiters = new Set<Waiter>();
  let active = 0;

  const enter = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      if (active < limit) {
        active += 1;
        resolve();
        return;
      }
      const onAbort = () => {
        waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        enter: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      waiters.add(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
    });

  const leave = () => {
    const [next] = waiters;
    if (next === undefined) {
      active -= 1;
      return;
    }
    // The place passes straight on, so `active` stays as it is.
    waiters.delete(next);
    next.enter();
  };

  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    get active() {
      return active;
    },
    get waiting() {
      return waiters.size;
    },
  };
}
