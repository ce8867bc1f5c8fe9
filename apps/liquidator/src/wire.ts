import type { Outcome } from "@weft/messages";
import { createSemaphore, type Logger, sleep } from "@weft/runtime";
import type { LeaseRef } from "@weft/store";
import type { Adapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { finishAttempt } from "./finish-attempt.ts";
import { type HandleCandidateDeps, handleCandidate } from "./handle-candidate.ts";
import { holdLease, leaseMsFor } from "./hold-lease.ts";
import type { Metrics } from "./metrics.ts";
import { type SettleAttemptDeps, type Settlement, settleAttempt } from "./settle-attempt.ts";
import { signAndSubmit } from "./sign-and-submit.ts";
import { wireLedger } from "./wire-ledger.ts";
import { type WorkPosition, type WorkPositionDeps, workPosition } from "./work-position.ts";

/** Outlives the stop signal, so that what is held is let go. */
const RELEASE_TIMEOUT_MS = 5_000;

/** Joins the jobs of the liquidator: what to do with one message of the queue. */
export function wireCandidateHandler(config: Config, adapters: Adapters) {
  const { attempts, log, metrics, owner } = adapters;
  const leaseMs = leaseMsFor(config.VISIBILITY_TIMEOUT_SECONDS);
  const renewLease = (lease: LeaseRef, signal: AbortSignal) =>
    attempts.renewLease({ ...lease, nowMs: Date.now(), leaseMs }, signal);
  const wireDeps = workPositionDeps(config, adapters, renewLease);

  const deps: HandleCandidateDeps = {
    acquireLease: (cdpId, signal) =>
      attempts.acquireLease({ cdpId, owner, nowMs: Date.now(), leaseMs }, signal),
    workUnderLease: (position, signal) => {
      const { cdpId } = position.candidate;
      const { fence } = position;
      return holdLease({
        renew: (s) => renewLease({ cdpId, fence }, s),
        release: () =>
          attempts.releaseLease({ cdpId, fence }, AbortSignal.timeout(RELEASE_TIMEOUT_MS)),
        leaseMs,
        nowMs: () => performance.now(),
        sleep,
        signal,
        onFailure: (err) => log.warn({ err, cdpId }, "lease not written"),
        work: (workSignal) => workPosition(position, wireDeps(position), workSignal),
      });
    },
    wallMs: Date.now,
    observe: (code) => metrics.failures.inc({ code }),
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

function workPositionDeps(
  config: Config,
  adapters: Adapters,
  renewLease: (lease: LeaseRef, signal: AbortSignal) => Promise<void>,
) {
  const { attempts, objects, clock, metrics, log, stopping } = adapters;
  const ledger = wireLedger(config, adapters);
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

  return ({ candidate: { cdpId }, fence }: WorkPosition): WorkPositionDeps => {
    const settleDeps: SettleAttemptDeps = {
      confirmLease: (signal) => renewLease({ cdpId, fence }, signal),
      putOutcome: (key, outcome, signal) => objects.putJson(key, outcome, signal),
      recordFinal: (final, signal) => attempts.recordFinal({ cdpId, fence, ...final }, signal),
      wallMs: Date.now,
      observe: (outcome) => observeOutcome(outcome, metrics, log),
    };
    const settle = (settlement: Settlement, signal: AbortSignal) =>
      settleAttempt(settlement, settleDeps, signal);
    return {
      judge: ledger.judge,
      prepare: ledger.prepare,
      signAndSubmit: (request, signal) =>
        signAndSubmit(
          request,
          {
            build: ledger.build,
            submit: ledger.submit,
            recordSigned: (write, s) => attempts.recordSigned(write, s),
            recordSubmitted: (write, s) => attempts.recordSubmitted(write, s),
            wallMs: Date.now,
          },
          signal,
        ),
      finish: (request, signal) => finishAttempt(request, { ...ledger.finality, settle }, signal),
      settle,
      onExecutor,
      ledgerNowMs: (signal) => clock.nowMs(signal),
      stopping,
    };
  };
}

/** Log line and metrics of an ending. Metrics hold rounded figures: the outcome in S3 holds the exact ones. */
function observeOutcome(outcome: Outcome, metrics: Metrics, log: Logger): void {
  const { cdpId, runId, attempt, ending, detail, times, transaction, profitXrd, traceId } = outcome;
  const intentHash = transaction?.intentHash;
  log.info(
    { cdpId, runId, attempt, ending, detail, intentHash, profitXrd, traceId },
    "attempt ended",
  );
  metrics.endings.inc({ ending });
  const { queuedAt, submittedAt, committedAt } = times;
  if (submittedAt !== null) {
    metrics.queuedToSubmitted.observe(secondsBetween(queuedAt, submittedAt));
    if (committedAt !== null) {
      metrics.submittedToCommitted.observe(secondsBetween(submittedAt, committedAt));
    }
  }
  if (profitXrd !== null) metrics.profit.inc(Math.max(0, Number(profitXrd)));
  if (transaction?.feeXrd) metrics.fees.inc(Number(transaction.feeXrd));
}

const secondsBetween = (from: string, to: string) =>
  Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
