import { sleep } from "@weft/runtime";
import type { FailedDelivery, LeaseAnswer, LeaseRef } from "@weft/store";
import type { Adapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { holdLease, leaseMsFor } from "./hold-lease.ts";

/** Outlives the stop signal, so that what is held is let go. */
const RELEASE_TIMEOUT_MS = 5_000;

/** Leases as this process takes, keeps and lets go of them. */
export interface Leases {
  acquire(cdpId: string, signal: AbortSignal): Promise<LeaseAnswer>;
  renew(lease: LeaseRef, signal: AbortSignal): Promise<void>;
  /** Works while the lease is kept, and lets it go at the end. */
  hold(
    lease: LeaseRef,
    options: {
      readonly work: (signal: AbortSignal) => Promise<void>;
      /** What is to be remembered of the message when the work fails. */
      readonly failedDelivery?: (error: unknown) => FailedDelivery | undefined;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

export function wireLeases(
  config: Pick<Config, "VISIBILITY_TIMEOUT_SECONDS">,
  { attempts, owner, log }: Pick<Adapters, "attempts" | "owner" | "log">,
): Leases {
  const leaseMs = leaseMsFor(config.VISIBILITY_TIMEOUT_SECONDS);
  const renew: Leases["renew"] = (lease, signal) =>
    attempts.renewLease({ ...lease, nowMs: Date.now(), leaseMs }, signal);
  return {
    acquire: (cdpId, signal) =>
      attempts.acquireLease({ cdpId, owner, nowMs: Date.now(), leaseMs }, signal),
    renew,
    hold: ({ cdpId, fence }, { work, failedDelivery }, signal) =>
      holdLease({
        renew: (s) => renew({ cdpId, fence }, s),
        release: (failure) =>
          attempts.releaseLease(
            { cdpId, fence, failedDelivery: failure && failedDelivery?.(failure.error) },
            AbortSignal.timeout(RELEASE_TIMEOUT_MS),
          ),
        leaseMs,
        nowMs: () => performance.now(),
        sleep,
        signal,
        onFailure: (err) => log.warn({ err, cdpId }, "lease not written"),
        work,
      }),
  };
}
