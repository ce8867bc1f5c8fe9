import { AppError, errorCodeOf, type Sleep } from "@weft/runtime";

/** Does a write that makes the lease end at the wall time that it is told, and spares a renewal by it. */
export type Extending = <R>(write: (leaseUntilMs: number) => Promise<R>) => Promise<R>;

export interface HoldLeaseOptions<T> {
  /** Makes the lease end at this wall time; rejects with the code `lease_lost` once it is somebody else's. */
  readonly renew: (leaseUntilMs: number, signal: AbortSignal) => Promise<void>;
  /** Hears what the work failed of, if it failed. */
  readonly release: (failure: { readonly error: unknown } | undefined) => Promise<void>;
  readonly leaseMs: number;
  /** When the lease was asked for, by the monotonic clock: that it was granted may have been heard long after. */
  readonly askedMs: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** Wall time, milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Runs while the lease is held; its signal aborts when the lease is lost. */
  readonly work: (signal: AbortSignal, extending: Extending) => Promise<T>;
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
 * Works under a lease that is already held: renews it when half of it is left, and lets it go at the end. What the work
 * writes under the lease renews it too, so that only work that waits costs renewals.
 *
 * held → held (renewed, or failed with time left) → lost (somebody else's, or no renewal came through in time: the work
 * is aborted) | released (the work is over).
 */
export async function holdLease<T>(options: HoldLeaseOptions<T>): Promise<T> {
  const { release, onFailure, signal, work } = options;
  const ended = new AbortController();
  const lost = new AbortController();
  const term = createTerm(options);
  const renewing = keepRenewing(options, term, ended.signal, (reason) => lost.abort(reason));
  let failure: { readonly error: unknown } | undefined;
  try {
    return await work(AbortSignal.any([signal, lost.signal]), term.extending);
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

/** Until when the lease is ours, by a monotonic clock. */
interface Term {
  readonly extending: Extending;
  readonly endsAtMs: number;
}

function createTerm({ leaseMs, askedMs, nowMs, wallMs }: HoldLeaseOptions<unknown>): Term {
  let endsAtMs = askedMs + leaseMs;
  return {
    async extending(write) {
      const extendedMs = nowMs();
      const result = await write(wallMs() + leaseMs);
      endsAtMs = Math.max(endsAtMs, extendedMs + leaseMs);
      return result;
    },
    get endsAtMs() {
      return endsAtMs;
    },
  };
}

async function keepRenewing(
  { renew, leaseMs, nowMs, sleep, onFailure }: HoldLeaseOptions<unknown>,
  term: Term,
  ended: AbortSignal,
  lose: (reason: unknown) => void,
): Promise<void> {
  const dueMs = () => term.endsAtMs - leaseMs / 2;
  let nextMs = dueMs();
  for (;;) {
    await sleep(Math.min(nextMs, term.endsAtMs) - nowMs(), ended);
    if (ended.aborted) return;
    const askedMs = nowMs();
    if (askedMs >= term.endsAtMs) return lose(ranOut());
    if (askedMs < dueMs()) {
      nextMs = dueMs();
      continue;
    }
    try {
      const timeout = AbortSignal.timeout(Math.ceil(term.endsAtMs - askedMs));
      await term.extending((untilMs) => renew(untilMs, AbortSignal.any([ended, timeout])));
      nextMs = dueMs();
    } catch (error) {
      if (ended.aborted) return;
      if (errorCodeOf(error) === "lease_lost") return lose(error);
      onFailure(error);
      nextMs = askedMs + leaseMs / 6;
    }
  }
}

function ranOut(): AppError {
  return new AppError("lease_lost", "no renewal came through in time", { disposition: "retry" });
}
