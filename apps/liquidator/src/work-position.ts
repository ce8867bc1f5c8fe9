import type { Candidate, Ending } from "@weft/messages";
import { formatDecimal } from "@weft/protocol";
import { AppError, errorCodeOf } from "@weft/runtime";
import type { AttemptRecord } from "@weft/store";
import type { FinishRequest } from "./finish-attempt.ts";
import { describeHealth, type Judgement, type JudgePositionRequest } from "./judge-position.ts";
import type { Preparation, PrepareTransactionRequest } from "./prepare-transaction.ts";
import { type OwnFailure, quarantinedBecause } from "./quarantine-position.ts";
import type { Settlement } from "./settle-attempt.ts";
import type { SignedTransaction, SignRequest } from "./sign-and-submit.ts";
import { decidedAt, supersededBecause } from "./superseded-because.ts";
import type { Funding, ReserveFundsRequest } from "./treasurer.ts";

/**
 * A position, from a candidate to nothing left to do.
 *
 *   unfinal attempt in the table ──▶ finish it ─┐
 *                                               ▼
 *   candidate ──▶ too old? ──▶ judge at the head ──▶ plan, preview ──▶ reserve ──▶ sign, record, submit ──▶ wait for finality
 *                   │              │           ▲         │                │                                     │
 *                superseded    stale,          └─────────┼── short, once ─┘                      liquidated: judge again
 *                              bad_debt,          unprofitable, dry_run,                         failed_on_ledger, rejected: end
 *                              price_suspect      rejected, outcompeted
 *
 * Each arrow to the bottom is an ending: it is recorded, and the message is done. One commit repays at most half a
 * loan, so after a commit the CDP is judged again under the same lease until it is over the line no more.
 * Judging, planning and signing hold an executor; waiting for finality holds none.
 */
export interface WorkPosition {
  readonly candidate: Candidate;
  readonly fence: number;
  readonly record: AttemptRecord;
  readonly messageId: string;
  readonly receivedAtMs: number;
}

export interface WorkPositionDeps {
  readonly judge: (request: JudgePositionRequest, signal: AbortSignal) => Promise<Judgement>;
  readonly prepare: (
    request: PrepareTransactionRequest,
    signal: AbortSignal,
  ) => Promise<Preparation>;
  /** Promises what the transaction may take out of the account to it alone. */
  readonly reserve: (
    request: Omit<ReserveFundsRequest, "cdpId" | "fence">,
    signal: AbortSignal,
  ) => Promise<Funding>;
  readonly signAndSubmit: (request: SignRequest, signal: AbortSignal) => Promise<SignedTransaction>;
  /** Waits for the end of a signed transaction and settles it. */
  readonly finish: (
    request: FinishRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly ending: Ending; readonly observedStateVersion: bigint }>;
  readonly settle: (settlement: Settlement, signal: AbortSignal) => Promise<void>;
  /** Runs a stretch of work while holding one of the executors; those who wait at the front come before all others. */
  readonly onExecutor: <T>(
    work: () => Promise<T>,
    signal: AbortSignal,
    line: "front" | "back",
  ) => Promise<T>;
  /** Ledger time, for the candidate's expiry. */
  readonly ledgerNowMs: (signal: AbortSignal) => Promise<number>;
  /** Aborted when the process is asked to stop: no new attempt is begun. */
  readonly stopping: AbortSignal;
}

/** How far the work on a position has come. */
interface Progress {
  /** The number of the attempt that comes next. */
  readonly attempt: number;
  /** The newest state version heard of: what lags behind it is not believed. */
  readonly knownVersion: bigint;
  /** An attempt of this candidate's run has its ending: nothing more need be said of a CDP that is healthy now. */
  readonly isAnswered: boolean;
  /** The funds of a first plan went to others: this is the second, and the last for now. */
  readonly isReplanned?: boolean;
}

/** @throws {AppError} when the work could not be brought to an ending; the disposition says what becomes of the message */
export async function workPosition(
  position: WorkPosition,
  deps: WorkPositionDeps,
  signal: AbortSignal,
): Promise<void> {
  const { candidate, record } = position;
  const { cdpId, runId } = candidate;
  let progress: Progress = {
    attempt: record.nextAttempt,
    knownVersion: later(
      BigInt(candidate.confirmedFromStateVersion),
      record.lastFinal?.observedStateVersion ?? 0n,
    ),
    isAnswered: false,
  };
  const finish = async (signed: SignedTransaction) => {
    const { ending, observedStateVersion } = await deps.finish({ cdpId, signed }, signal);
    progress = {
      attempt: signed.attempt + 1,
      knownVersion: later(progress.knownVersion, observedStateVersion),
      isAnswered: progress.isAnswered || signed.runId === runId,
    };
    return ending;
  };

  if (record.unfinal !== null) {
    const ending = await finish(record.unfinal);
    // What failed a moment ago for reasons of the CDP's own is not tried again.
    if (ending === "failed_on_ledger") return endQuarantined(position, progress, deps, signal);
  } else {
    const reason = await notWorkedBecause(position, () => deps.ledgerNowMs(signal));
    if (reason !== undefined) {
      const { attempt } = progress;
      const decided = { ...reason, observedStateVersion: decidedAt(record), ltv: null };
      await deps.settle(settlementOf(position, attempt, decided), signal);
      return;
    }
  }

  for (;;) {
    refuseWhenStopping(deps.stopping);
    // In a burst a CDP that nobody has touched yet comes before the rest of one that has been repaid in part.
    const line = progress.isAnswered ? "back" : "front";
    const attempt = () => attemptOnce(position, progress, deps, signal);
    const next = await deps.onExecutor(attempt, signal, line);
    if (next.kind === "ended") return;
    if ((await finish(next.signed)) !== "liquidated") return;
  }
}

/** The CDP's failure has an ending of its own, which answers the candidates of its run. */
async function endQuarantined(
  position: WorkPosition,
  { attempt, isAnswered, knownVersion: observedStateVersion }: Progress,
  deps: Pick<WorkPositionDeps, "settle">,
  signal: AbortSignal,
): Promise<void> {
  if (isAnswered) return;
  const detail = "the attempt before it has just failed on ledger";
  // Whoever comes next must not go by a state from before that failure.
  const decision = { ending: "quarantined", detail, observedStateVersion, ltv: null } as const;
  await deps.settle(settlementOf(position, attempt, decision), signal);
}

/** What can be told from the table alone: that the candidate is too old, or its CDP in quarantine. */
async function notWorkedBecause(
  { candidate, record }: WorkPosition,
  ledgerNowMs: () => Promise<number>,
): Promise<{ readonly ending: Ending; readonly detail: string } | undefined> {
  const superseded = await supersededBecause(candidate, record, ledgerNowMs);
  if (superseded !== undefined) return { ending: "superseded", detail: superseded };
  const quarantined = await quarantinedBecause(candidate, record, ledgerNowMs);
  return quarantined === undefined ? undefined : { ending: "quarantined", detail: quarantined };
}

const later = (a: bigint, b: bigint) => (a > b ? a : b);

type Step =
  | { readonly kind: "ended" }
  | { readonly kind: "signed"; readonly signed: SignedTransaction };

async function attemptOnce(
  position: WorkPosition,
  { attempt, knownVersion, isAnswered, isReplanned = false }: Progress,
  deps: WorkPositionDeps,
  signal: AbortSignal,
): Promise<Step> {
  // Asked again: the stop may have come while this one waited for its executor.
  refuseWhenStopping(deps.stopping);
  const { candidate, fence, receivedAtMs } = position;
  const judge = () => judgeOrUnreadable({ cdpId: candidate.cdpId, knownVersion }, deps, signal);
  const end = async (decision: Decision): Promise<Step> => {
    await deps.settle(settlementOf(position, attempt, decision), signal);
    return { kind: "ended" };
  };
  const judgement = await judge();
  if (judgement.kind !== "liquidatable") {
    if (judgement.kind === "healthy" && isAnswered) return { kind: "ended" };
    return end(decisionOf(judgement, "stale"));
  }
  const { head, health } = judgement;
  const ltv = formatDecimal(health.liquidationLtv);
  const request = { ...judgement, cdpId: candidate.cdpId, attempt };
  const ready = await deps.prepare(request, signal);
  if (ready.kind === "preview_failed") return end(failedPreview(ready.detail, await judge()));
  if (ready.kind !== "ready") {
    const { kind: ending, detail } = ready;
    return end({ ending, detail, observedStateVersion: head.stateVersion, ltv });
  }
  const { treasury } = judgement;
  const funding = await deps.reserve({ attempt, plan: ready.plan, treasury }, signal);
  if (funding.kind === "short") {
    if (isReplanned) throw new AppError("funds_promised", funding.detail, { disposition: "retry" });
    const replanned = { attempt, knownVersion, isAnswered, isReplanned: true };
    return attemptOnce(position, replanned, deps, signal);
  }
  const signed = await deps.signAndSubmit(
    { candidate, fence, attempt, ready, liquidationLtvBefore: ltv, receivedAtMs },
    signal,
  );
  return { kind: "signed", signed };
}

/** An ending with its numbers. */
interface Decision {
  readonly ending: Ending;
  readonly detail: string;
  readonly observedStateVersion: bigint;
  /** As `get_cdp` said it; null when it was not asked, or did not say. */
  readonly ltv: string | null;
  readonly ownFailure?: OwnFailure;
}

/** A CDP that is there and that the ledger cannot value. */
interface Unreadable {
  readonly kind: "unreadable";
  readonly knownVersion: bigint;
  readonly detail: string;
}

async function judgeOrUnreadable(
  request: JudgePositionRequest,
  deps: Pick<WorkPositionDeps, "judge">,
  signal: AbortSignal,
): Promise<Judgement | Unreadable> {
  try {
    return await deps.judge(request, signal);
  } catch (error) {
    if (errorCodeOf(error) !== "cdp_unreadable") throw error;
    const { knownVersion } = request;
    return { kind: "unreadable", knownVersion, detail: (error as Error).message };
  }
}

/** @param otherwise the ending of a CDP that is not to be liquidated any more */
function decisionOf(
  judgement: Exclude<Judgement, { kind: "liquidatable" }> | Unreadable,
  otherwise: "stale" | "outcompeted",
): Decision {
  if (judgement.kind === "unreadable") {
    const { detail, knownVersion: observedStateVersion } = judgement;
    const ownFailure = "cdp_unreadable";
    return { ending: "rejected", detail, observedStateVersion, ltv: null, ownFailure };
  }
  const { stateVersion: observedStateVersion } = judgement.head;
  if (judgement.kind === "gone") {
    return { ending: otherwise, detail: judgement.detail, observedStateVersion, ltv: null };
  }
  const ltv = formatDecimal(judgement.health.liquidationLtv);
  if (judgement.kind === "price_suspect") {
    const { kind: ending, detail } = judgement;
    return { ending, detail, observedStateVersion, ltv };
  }
  const ending = judgement.kind === "bad_debt" ? "bad_debt" : otherwise;
  return { ending, detail: describeHealth(judgement.health), observedStateVersion, ltv };
}

/** The text of a failed preview proves nothing: what the CDP is by now says whether somebody was faster. */
function failedPreview(error: string, again: Judgement | Unreadable): Decision {
  if (again.kind !== "liquidatable") return decisionOf(again, "outcompeted");
  const { head, health } = again;
  return {
    ending: "rejected",
    detail: `preview failed: ${error}`,
    observedStateVersion: head.stateVersion,
    ltv: formatDecimal(health.liquidationLtv),
    ownFailure: "preview_failed",
  };
}

function settlementOf(
  { candidate, receivedAtMs }: WorkPosition,
  attempt: number,
  { ending, detail, observedStateVersion, ltv, ownFailure }: Decision,
): Settlement {
  const { cdpId, runId, cdpFingerprint, queuedAt, traceId } = candidate;
  return {
    cdpId,
    runId,
    attempt,
    ending,
    detail,
    ownFailure: ownFailure ?? null,
    observedStateVersion,
    context: {
      liquidationLtvBefore: ltv,
      pricesXrd: {},
      cdpFingerprint,
      queuedAt,
      receivedAt: new Date(receivedAtMs).toISOString(),
      traceId,
    },
    transaction: null,
  };
}

/** Not an error of the candidate: its message goes back, and another worker goes on. */
function refuseWhenStopping(stopping: AbortSignal): void {
  if (!stopping.aborted) return;
  throw new AppError("stopping", "the process stops", { disposition: "retry" });
}
