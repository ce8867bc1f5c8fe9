import { sleep } from "@weft/runtime";
import type { FailedDelivery, LeaseAnswer, LeaseRef } from "@weft/store";
import type { Adapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { holdLease, leaseMsFor } from "./hold-lease.ts";
import { inSteps, JOB_STEPS } from "./steps.ts";

/** Outlives the stop signal, so that what is held is let go. */
const RELEASE_TIMEOUT_MS = 5_000;

/** Leases as this process takes, keeps and lets go of them. */
export interface Leases {
  acquire(cdpId: string, signal: AbortSignal): Promise<LeaseAnswer>;
  renew(lease: LeaseRef, signal: AbortSignal): Promise<void>;
  release(lease: LeaseRef, signal: AbortSignal): Promise<void>;
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
  { attempts, owner, log, runStep }: Pick<Adapters, "attempts" | "owner" | "log" | "runStep">,
): Leases {
  const leaseMs = leaseMsFor(config.VISIBILITY_TIMEOUT_SECONDS);
  const { acquireLease, renewLease, releaseLease } = attempts;
  const leasesOf = (cdpId: string) =>
    inSteps({ acquireLease, renewLease, releaseLease }, JOB_STEPS.LEASE, { runStep, cdpId });
  const renew: Leases["renew"] = (lease, signal) =>
    leasesOf(lease.cdpId).renewLease({ ...lease, nowMs: Date.now(), leaseMs }, signal);
  return {
    acquire: (cdpId, signal) =>
      leasesOf(cdpId).acquireLease({ cdpId, owner, nowMs: Date.now(), leaseMs }, signal),
    renew,
    release: (lease, signal) => leasesOf(lease.cdpId).releaseLease(lease, signal),
    hold: ({ cdpId, fence }, { work, failedDelivery }, signal) =>
      holdLease({
        renew: (s) => renew({ cdpId, fence }, s),
        release: (failure) =>
          leasesOf(cdpId).releaseLease(
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
