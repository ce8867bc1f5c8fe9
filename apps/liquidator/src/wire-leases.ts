import { sleep } from "@weft/runtime";
import type { FailedDelivery, LeaseAnswer, LeaseRef } from "@weft/store";
import type { Adapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { type Extending, holdLease, leaseMsFor } from "./hold-lease.ts";
import { inSteps, JOB_STEPS } from "./steps.ts";

/** Outlives the stop signal, so that what is held is let go. */
const RELEASE_TIMEOUT_MS = 5_000;

/** A lease while its work is done. */
export interface WorkedLease {
  readonly extending: Extending;
  /** @throws {AppError} `lease_lost` once it is another worker's */
  confirm(signal: AbortSignal): Promise<void>;
}

/** A lease by a monotonic clock, milliseconds: it counts from when it was asked for, however late it was granted. */
export interface AskedAt {
  readonly askedMs: number;
}

export type AskedLease =
  | (Extract<LeaseAnswer, { kind: "acquired" }> & AskedAt)
  | Extract<LeaseAnswer, { kind: "held" }>;

/** Leases as this process takes, keeps and lets go of them. */
export interface Leases {
  acquire(cdpId: string, signal: AbortSignal): Promise<AskedLease>;
  release(lease: LeaseRef, signal: AbortSignal): Promise<void>;
  /** Works while the lease is kept, and lets it go at the end. */
  hold(
    lease: LeaseRef & AskedAt,
    options: {
      readonly work: (signal: AbortSignal, lease: WorkedLease) => Promise<void>;
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
  const renew = (lease: LeaseRef, leaseUntilMs: number, signal: AbortSignal) =>
    leasesOf(lease.cdpId).renewLease({ ...lease, leaseUntilMs }, signal);
  return {
    async acquire(cdpId, signal) {
      const askedMs = performance.now();
      const request = { cdpId, owner, nowMs: Date.now(), leaseMs };
      return { ...(await leasesOf(cdpId).acquireLease(request, signal)), askedMs };
    },
    release: (lease, signal) => leasesOf(lease.cdpId).releaseLease(lease, signal),
    hold: ({ cdpId, fence, askedMs }, { work, failedDelivery }, signal) =>
      holdLease({
        renew: (leaseUntilMs, s) => renew({ cdpId, fence }, leaseUntilMs, s),
        release: (failure) =>
          leasesOf(cdpId).releaseLease(
            { cdpId, fence, failedDelivery: failure && failedDelivery?.(failure.error) },
            AbortSignal.timeout(RELEASE_TIMEOUT_MS),
          ),
        ...{ leaseMs, askedMs },
        nowMs: () => performance.now(),
        wallMs: Date.now,
        sleep,
        signal,
        onFailure: (err) => log.warn({ err, cdpId }, "lease not written"),
        work: (workSignal, extending) =>
          work(workSignal, {
            extending,
            confirm: (s) => extending((leaseUntilMs) => renew({ cdpId, fence }, leaseUntilMs, s)),
          }),
      }),
  };
}
