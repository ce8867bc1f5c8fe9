import { AppError, errorCodeOf, type Sleep } from "@weft/runtime";

export interface HoldLeaseOptions<T> {
  /** Extends the lease from now on; rejects with the code `lease_lost` once it is somebody else's. */
  readonly renew: (signal: AbortSignal) => Promise<void>;
  /** Hears what the work failed of, if it failed. */
  readonly release: (failure: { readonly error: unknown } | undefined) => Promise<void>;
  readonly leaseMs: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Runs while the lease is held; its signal aborts when the lease is lost. */
  readonly work: (signal: AbortSignal) => Promise<T>;
  /** Hears what does not concern the work: a renewal that will be tried again, a release that time will make up for. */
  readonly onFailure: (error: unknown) => void;
}

const LEASE_MARGIN_MS = 1_000;

/**
 * How long a lease may be, so that it ends before its message is visible again and the next receiver finds it free.
 * The message is extended at every third of its time-out: of that, two thirds are left at any moment.
 */
export function leaseMsFor(visibilityTimeoutSeconds: number): number {
  return Math.floor((visibilityTimeoutSeconds * 1_000 * 2) / 3) - LEASE_MARGIN_MS;
}

/**
 * Works under a lease that is already held: renews it at every third of its length, and lets it go at the end.
 *
 * held → held (renewed, or failed with time left) → lost (somebody else's, or no renewal came through in time: the work
 * is aborted) | released (the work is over).
 */
export async function holdLease<T>(options: HoldLeaseOptions<T>): Promise<T> {
  const { release, onFailure, signal, work } = options;
  const ended = new AbortController();
  const lost = new AbortController();
  const renewing = keepRenewing(options, ended.signal, (reason) => lost.abort(reason));
  let failure: { readonly error: unknown } | undefined;
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    ended.abort();
    await renewing;
    // What the work came to stands, whether or not the lease is let go before its time.
    if (!lost.signal.aborted) await release(failure).catch(onFailure);
  }
}

async function keepRenewing(
  { renew, leaseMs, nowMs, sleep, onFailure }: HoldLeaseOptions<unknown>,
  ended: AbortSignal,
  lose: (reason: unknown) => void,
): Promise<void> {
  let heldUntilMs = nowMs() + leaseMs;
  for (;;) {
    await sleep(Math.min(leaseMs / 3, heldUntilMs - nowMs()), ended);
    if (ended.aborted) return;
    const askedMs = nowMs();
    if (askedMs >= heldUntilMs) return lose(ranOut());
    try {
      const timeout = AbortSignal.timeout(Math.ceil(heldUntilMs - askedMs));
      await renew(AbortSignal.any([ended, timeout]));
      heldUntilMs = askedMs + leaseMs;
    } catch (error) {
      if (ended.aborted) return;
      if (errorCodeOf(error) === "lease_lost") return lose(error);
      onFailure(error);
    }
  }
}

function ranOut(): AppError {
  return new AppError("lease_lost", "no renewal came through in time", { disposition: "retry" });
}
