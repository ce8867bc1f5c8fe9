import { createSemaphore, type Semaphore } from "@weft/runtime";
import type { Adapters } from "./adapters.ts";
import type { AwaitFinalityDeps } from "./await-finality.ts";
import { createCommitPace } from "./commit-pace.ts";
import type { Config } from "./config.ts";
import { countFailure } from "./failed-delivery.ts";
import { type FinishRequest, finishAttempt } from "./finish-attempt.ts";
import { createGiveWay, type GiveWay } from "./give-way.ts";
import { type HandleCandidateDeps, handleCandidate } from "./handle-candidate.ts";
import { MONEY_CODES } from "./metrics.ts";
import { type ReconcileDeps, reconcileAttempts } from "./reconcile-attempts.ts";
import {
  type SignAndSubmitDeps,
  type SubmittedTransaction,
  signAndSubmit,
} from "./sign-and-submit.ts";
import { inSteps, JOB_STEPS } from "./steps.ts";
import { type Leases, type WorkedLease, wireLeases } from "./wire-leases.ts";
import { type LedgerJobs, wireLedger } from "./wire-ledger.ts";
import { type HeldPosition, type Settle, wireSettle } from "./wire-settle.ts";
import { type WorkPosition, type WorkPositionDeps, workPosition } from "./work-position.ts";

/** How long a handler waits for finality before it leaves the attempt to the reconciler. */
const FINALITY_PATIENCE_MS = 120_000;
/** Attempts that are looked at side by side in a round of the reconciler. */
const RECONCILED_AT_ONCE = 10;
const WANTS_WHAT_IS_HELD: ReadonlySet<string> = new Set(MONEY_CODES);

interface Jobs {
  readonly executors: Semaphore;
  readonly giveWay: GiveWay;
  readonly ledger: LedgerJobs;
  readonly leases: Leases;
  readonly settleOf: (held: HeldPosition) => Settle;
  readonly finish: (
    request: FinishRequest,
    waiting: Pick<AwaitFinalityDeps, "pace" | "patienceMs">,
    settle: Settle,
    signal: AbortSignal,
  ) => ReturnType<typeof finishAttempt>;
}

/** Joins the jobs of the liquidator: one message of the queue, and one round over what is unfinal. */
export function wireLiquidator(config: Config, adapters: Adapters) {
  const leases = wireLeases(config, adapters);
  const ledger = wireLedger(config, adapters);
  const executors = createSemaphore(config.EXECUTORS);
  const giveWay = createGiveWay({
    isCrowded: () => executors.waitingInFront > 0,
    ...adapters.time,
  });
  const jobs: Jobs = {
    executors,
    giveWay,
    ledger,
    leases,
    settleOf: wireSettle(adapters),
    finish: (request, waiting, settle, signal) => {
      const { cdpId } = request;
      const deps = { ...ledger.finality(cdpId, waiting), settle };
      const at = { runStep: adapters.runStep, cdpId };
      return finishAttempt(request, inSteps(deps, JOB_STEPS.FINISH, at), signal);
    },
  };
  const reconcileDeps = reconcilerDeps(config, adapters, jobs);
  return {
    handle: wireCandidateHandler(adapters, jobs),
    reconcile: (signal: AbortSignal) => reconcileAttempts(reconcileDeps, signal),
  };
}

function wireCandidateHandler(adapters: Adapters, jobs: Jobs) {
  const { backlog, clock, log, metrics, outage } = adapters;
  const { giveWay, leases } = jobs;
  const wireDeps = workPositionDeps(adapters, jobs);

  const deps: HandleCandidateDeps = {
    acquireLease: leases.acquire,
    workUnderLease: (position, signal) => {
      const { candidate, fence, messageId, record, askedMs } = position;
      return leases.hold(
        { cdpId: candidate.cdpId, fence, askedMs },
        {
          work: (workSignal, lease) =>
            workPosition(position, wireDeps(position, lease), workSignal),
          failedDelivery: (error) => countFailure(record.failedDelivery, messageId, error),
        },
        signal,
      );
    },
    wallMs: Date.now,
    ledgerNowMs: (signal) => clock.nowMs(signal),
    observe: (code, cdpId, error) => {
      metrics.failures.inc({ code });
      if (WANTS_WHAT_IS_HELD.has(code)) giveWay.settleSoon();
      if (cdpId !== null) outage.failed(code, cdpId, error);
    },
    log,
  };
  return async (message: Parameters<typeof handleCandidate>[0], signal: AbortSignal) => {
    metrics.messagesHeld.inc();
    backlog.arrived(message.messageId);
    try {
      return await handleCandidate(message, signal, deps);
    } finally {
      backlog.left(message.messageId);
      metrics.messagesHeld.dec();
    }
  };
}

function workPositionDeps(
  adapters: Adapters,
  { executors, giveWay, ledger, settleOf, finish }: Jobs,
) {
  const { attempts, backlog, clock, metrics, stopping, fleet, outage, treasurer, runStep } =
    adapters;
  const pace = createCommitPace();
  const onExecutorOf =
    (messageId: string): WorkPositionDeps["onExecutor"] =>
    async (work, signal, line) => {
      try {
        return await executors.run(
          () => {
            backlog.left(messageId);
            metrics.executorsBusy.set(executors.active);
            return work();
          },
          signal,
          line,
        );
      } finally {
        metrics.executorsBusy.set(executors.active);
      }
    };

  return (
    { candidate: { cdpId }, fence, record, messageId }: WorkPosition,
    lease: WorkedLease,
  ): WorkPositionDeps => {
    const at = { runStep, cdpId };
    const settle = settleOf({ cdpId, fence, record, lease });
    let submittedHere: SubmittedTransaction | null = null;
    const signing: SignAndSubmitDeps = {
      build: ledger.build,
      submit: ledger.submit,
      recordSigned: (write, s) =>
        lease.extending((leaseUntilMs) => attempts.recordSigned({ ...write, leaseUntilMs }, s)),
      wallMs: Date.now,
    };
    const { recordSubmitted } = inSteps(
      { recordSubmitted: attempts.recordSubmitted },
      JOB_STEPS.FOLLOW,
      at,
    );
    const deps: WorkPositionDeps = {
      judge: ledger.judge,
      prepare: ledger.prepare,
      reserve: async (request, signal) => {
        // Before anything is held for what will not be signed; asked again right before the signature.
        await fleet.refuseUnlessArmed(request.treasury.head.epoch, signal);
        return treasurer?.reserve({ cdpId, fence, ...request }, signal) ?? { kind: "reserved" };
      },
      signAndSubmit: async (request, signal) => {
        await fleet.refuseUnlessArmed(request.ready.startEpochInclusive, signal);
        const signed = await signAndSubmit(request, inSteps(signing, JOB_STEPS.SIGN, at), signal);
        submittedHere = signed;
        outage.progressed("signed");
        return signed;
      },
      finish: async (request, signal) => {
        // Who waits for a commit is in the way of nobody.
        backlog.left(messageId);
        const patienceMs = FINALITY_PATIENCE_MS;
        if (request.signed.intentHash !== submittedHere?.intentHash) {
          return finish(request, { pace: null, patienceMs }, settle, signal);
        }
        const waitedMs = await giveWay.wait(AbortSignal.any([signal, stopping]));
        const { submittedAtMs } = submittedHere;
        await lease.extending((leaseUntilMs) =>
          recordSubmitted({ cdpId, fence, leaseUntilMs, submittedAtMs }, signal),
        );
        return finish(request, { pace: pace.after(waitedMs), patienceMs }, settle, signal);
      },
      settle,
      onExecutor: onExecutorOf(messageId),
      ledgerNowMs: (signal) => clock.nowMs(signal),
      stopping,
    };
    return inSteps(deps, JOB_STEPS.WORK, at);
  };
}

function reconcilerDeps(
  config: Config,
  { attempts, clock, log, metrics, releaseOrphanedHolds }: Adapters,
  { finish, leases, settleOf }: Jobs,
): ReconcileDeps {
  return {
    listUnfinal: (signal) => attempts.listUnfinal(signal),
    listQuarantined: (signal) => attempts.listQuarantined(signal),
    acquireLease: leases.acquire,
    finishUnderLease: ({ cdpId, fence, record, askedMs, signed }, signal) =>
      leases.hold(
        { cdpId, fence, askedMs },
        {
          work: async (workSignal, lease) => {
            const settle = settleOf({ cdpId, fence, record, lease });
            // Two looks: what is unknown is sent again at the second, and the next round sees what became of it.
            const waiting = { pace: null, patienceMs: config.FINALITY_POLL_MS };
            await finish({ cdpId, signed }, waiting, settle, workSignal);
          },
        },
        signal,
      ),
    releaseLease: leases.release,
    releaseOrphanedHolds,
    atOnce: RECONCILED_AT_ONCE,
    wallMs: Date.now,
    ledgerNowMs: (signal) => clock.nowMs(signal),
    metrics,
    log,
  };
}
