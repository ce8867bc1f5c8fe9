import { createSemaphore } from "@weft/runtime";
import type { Adapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { countFailure } from "./failed-delivery.ts";
import { finishAttempt } from "./finish-attempt.ts";
import { type HandleCandidateDeps, handleCandidate } from "./handle-candidate.ts";
import { type ReconcileDeps, reconcileAttempts } from "./reconcile-attempts.ts";
import { signAndSubmit } from "./sign-and-submit.ts";
import { type Leases, wireLeases } from "./wire-leases.ts";
import { type LedgerJobs, wireLedger } from "./wire-ledger.ts";
import { type HeldPosition, type Settle, wireSettle } from "./wire-settle.ts";
import { type WorkPosition, type WorkPositionDeps, workPosition } from "./work-position.ts";

/** How long a handler waits for finality before it leaves the attempt to the reconciler. */
const FINALITY_PATIENCE_MS = 120_000;
/** Attempts that are looked at side by side in a round of the reconciler. */
const RECONCILED_AT_ONCE = 10;

interface Jobs {
  readonly ledger: LedgerJobs;
  readonly leases: Leases;
  readonly settleOf: (held: HeldPosition) => Settle;
}

/** Joins the jobs of the liquidator: one message of the queue, and one round over what is unfinal. */
export function wireLiquidator(config: Config, adapters: Adapters) {
  const leases = wireLeases(config, adapters);
  const jobs: Jobs = {
    ledger: wireLedger(config, adapters),
    leases,
    settleOf: wireSettle(adapters, leases),
  };
  const reconcileDeps = reconcilerDeps(config, adapters, jobs);
  return {
    handle: wireCandidateHandler(config, adapters, jobs),
    reconcile: (signal: AbortSignal) => reconcileAttempts(reconcileDeps, signal),
  };
}

function wireCandidateHandler(config: Config, adapters: Adapters, jobs: Jobs) {
  const { clock, log, metrics, outage } = adapters;
  const { leases } = jobs;
  const wireDeps = workPositionDeps(config, adapters, jobs);

  const deps: HandleCandidateDeps = {
    acquireLease: leases.acquire,
    workUnderLease: (position, signal) => {
      const { candidate, fence, messageId, record } = position;
      return leases.hold(
        { cdpId: candidate.cdpId, fence },
        {
          work: (workSignal) => workPosition(position, wireDeps(position), workSignal),
          failedDelivery: (error) => countFailure(record.failedDelivery, messageId, error),
        },
        signal,
      );
    },
    wallMs: Date.now,
    ledgerNowMs: (signal) => clock.nowMs(signal),
    observe: (code, cdpId) => {
      metrics.failures.inc({ code });
      if (cdpId !== null) outage.failed(code, cdpId);
    },
    log,
  };
  return async (message: Parameters<typeof handleCandidate>[0], signal: AbortSignal) => {
    metrics.messagesHeld.inc();
    try {
      return await handleCandidate(message, signal, deps);
    } finally {
      metrics.messagesHeld.dec();
    }
  };
}

function workPositionDeps(config: Config, adapters: Adapters, { ledger, settleOf }: Jobs) {
  const { attempts, clock, metrics, stopping, fleet, outage, treasurer } = adapters;
  const executors = createSemaphore(config.EXECUTORS);
  const onExecutor: WorkPositionDeps["onExecutor"] = async (work, signal) => {
    try {
      return await executors.run(() => {
        metrics.executorsBusy.set(executors.active);
        return work();
      }, signal);
    } finally {
      metrics.executorsBusy.set(executors.active);
    }
  };
  const finality = ledger.finality(FINALITY_PATIENCE_MS);

  return ({ candidate: { cdpId }, fence, record }: WorkPosition): WorkPositionDeps => {
    const settle = settleOf({ cdpId, fence, record });
    return {
      judge: ledger.judge,
      prepare: ledger.prepare,
      reserve: async (request, signal) => {
        // Before anything is held for what will not be signed; asked again right before the signature.
        await fleet.refuseUnlessArmed(request.treasury.head.epoch, signal);
        return treasurer?.reserve({ cdpId, fence, ...request }, signal) ?? { kind: "reserved" };
      },
      signAndSubmit: async (request, signal) => {
        await fleet.refuseUnlessArmed(request.ready.startEpochInclusive, signal);
        const signed = await signAndSubmit(
          request,
          {
            build: ledger.build,
            submit: ledger.submit,
            recordSigned: (write, s) => attempts.recordSigned(write, s),
            recordSubmitted: (write, s) => attempts.recordSubmitted(write, s),
            wallMs: Date.now,
          },
          signal,
        );
        outage.progressed("signed");
        return signed;
      },
      finish: (request, signal) => finishAttempt(request, { ...finality, settle }, signal),
      settle,
      onExecutor,
      ledgerNowMs: (signal) => clock.nowMs(signal),
      stopping,
    };
  };
}

function reconcilerDeps(
  config: Config,
  { attempts, clock, log, metrics, releaseOrphanedHolds }: Adapters,
  { ledger, leases, settleOf }: Jobs,
): ReconcileDeps {
  // Two looks: what is unknown is sent again at the second, and the next round sees what became of it.
  const finality = ledger.finality(config.FINALITY_POLL_MS);
  return {
    listUnfinal: (signal) => attempts.listUnfinal(signal),
    listQuarantined: (signal) => attempts.listQuarantined(signal),
    acquireLease: leases.acquire,
    finishUnderLease: ({ cdpId, fence, record, signed }, signal) =>
      leases.hold(
        { cdpId, fence },
        {
          work: async (workSignal) => {
            const settle = settleOf({ cdpId, fence, record });
            await finishAttempt({ cdpId, signed }, { ...finality, settle }, workSignal);
          },
        },
        signal,
      ),
    releaseLease: (lease, signal) => attempts.releaseLease(lease, signal),
    releaseOrphanedHolds,
    atOnce: RECONCILED_AT_ONCE,
    wallMs: Date.now,
    ledgerNowMs: (signal) => clock.nowMs(signal),
    metrics,
    log,
  };
}
