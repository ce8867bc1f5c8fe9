import { runLoop, type Sleep } from "@weft/runtime";

export interface HoldLeaseOptions<T> {
  /** Extends the lease from now on; rejects once it is lost. */
  readonly renew: (signal: AbortSignal) => Promise<void>;
  readonly release: () => Promise<void>;
  readonly leaseMs: number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Runs while the lease is held; its signal aborts when the lease is lost. */
  readonly work: (signal: AbortSignal) => Promise<T>;
}

/**
 * Works under a lease that is already held: renews it at every third of its length, and lets it go at the end.
 * A lease that cannot be renewed aborts the work: somebody else may hold it by now.
 */
export async function holdLease<T>(options: HoldLeaseOptions<T>): Promise<T> {
  const { renew, release, leaseMs, sleep, signal, work } = options;
  const ended = new AbortController();
  const lost = new AbortController();
  const pauseMs = Math.floor(leaseMs / 3);

  const renewing = runLoop({
    // The first renewal comes after the first pause: the lease has just been taken.
    step: async (roundSignal) => {
      await sleep(pauseMs, roundSignal);
      if (roundSignal.aborted) return;
      await renew(roundSignal);
    },
    pauseMs: 0,
    sleep: () => Promise.resolve(),
    signal: ended.signal,
  }).catch((error: unknown) => {
    if (!ended.signal.aborted) lost.abort(error);
  });

  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    ended.abort();
    await renewing;
    if (!lost.signal.aborted) await release();
  }
}
