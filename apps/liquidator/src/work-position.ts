import type { Candidate, Ending } from "@weft/messages";
import { formatDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { AttemptRecord } from "@weft/store";
import type { FinishRequest } from "./finish-attempt.ts";
import { describeHealth, type Judgement, type JudgePositionRequest } from "./judge-position.ts";
import type { Preparation, PrepareTransactionRequest } from "./prepare-transaction.ts";
import type { Settlement } from "./settle-attempt.ts";
import type { SignedTransaction, SignRequest } from "./sign-and-submit.ts";
import { decidedAt, supersededBecause } from "./superseded-because.ts";

/**
 * A position, from a candidate to nothing left to do.
 *
 *   unfinal attempt in the table ──▶ finish it ─┐
 *                                               ▼
 *   candidate ──▶ too old? ──▶ judge at the head ──▶ plan, preview ──▶ sign, record, submit ──▶ wait for finality
 *                   │              │                     │                                          │
 *                superseded    stale, bad_debt    unprofitable, dry_run,            liquidated: judge again
 *                                                 rejected, outcompeted             failed_on_ledger, rejected: end
 *
 * Each arrow to the bottom is an ending: it is recorded, and the message is done. One commit repays at most half a
 * loan, so after a commit the CDP is judged again under the same lease until it is over the line no more.
 * Judging, planning and signing hold an executor; waiting for finality holds none.
 */
export interface WorkPosition {
  readonly candidate: Candidate;
  readonly fence: number;
  readonly record: AttemptRecord;
  readonly receivedAtMs: number;
}

export interface WorkPositionDeps {
  readonly judge: (request: JudgePositionRequest, signal: AbortSignal) => Promise<Judgement>;
  readonly prepare: (
    request: PrepareTransactionRequest,
    signal: AbortSignal,
  ) => Promise<Preparation>;
  readonly signAndSubmit: (request: SignRequest, signal: AbortSignal) => Promise<SignedTransaction>;
  /** Waits for the end of a signed transaction and settles it. */
  readonly finish: (
    request: FinishRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly ending: Ending; readonly observedStateVersion: bigint }>;
  readonly settle: (settlement: Settlement, signal: AbortSignal) => Promise<void>;
  /** Runs a stretch of work while holding one of the executors. */
  readonly onExecutor: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
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
    await finish(record.unfinal);
  } else {
    const reason = await supersededBecause(candidate, record, () => deps.ledgerNowMs(signal));
    if (reason !== undefined) {
      const { attempt } = progress;
      const observed = decidedAt(record);
      await deps.settle(
        settlementOf(position, attempt, "superseded", reason, observed, null),
        signal,
      );
      return;
    }
  }

  for (;;) {
    refuseWhenStopping(deps.stopping);
    const next = await deps.onExecutor(() => attemptOnce(position, progress, deps, signal), signal);
    if (next.kind === "ended") return;
    if ((await finish(next.signed)) !== "liquidated") return;
  }
}

const later = (a: bigint, b: bigint) => (a > b ? a : b);

type Step =
  | { readonly kind: "ended" }
  | { readonly kind: "signed"; readonly signed: SignedTransaction };

async function attemptOnce(
  position: WorkPosition,
  { attempt, knownVersion, isAnswered }: Progress,
  deps: WorkPositionDeps,
  signal: AbortSignal,
): Promise<Step> {
  // Asked again: the stop may have come while this one waited for its executor.
  refuseWhenStopping(deps.stopping);
  const { candidate, fence, receivedAtMs } = position;
  const judge = () => deps.judge({ cdpId: candidate.cdpId, knownVersion }, signal);
  const judgement = await judge();
  const { head } = judgement;
  const end = async (ending: Ending, detail: string, ltv: string | null): Promise<Step> => {
    await deps.settle(
      settlementOf(position, attempt, ending, detail, head.stateVersion, ltv),
      signal,
    );
    return { kind: "ended" };
  };
  if (judgement.kind === "gone") return end("stale", judgement.detail, null);
  const ltv = formatDecimal(judgement.health.liquidationLtv);
  if (judgement.kind === "bad_debt") return end("bad_debt", describeHealth(judgement.health), ltv);
  if (judgement.kind === "healthy") {
    if (isAnswered) return { kind: "ended" };
    return end("stale", describeHealth(judgement.health), ltv);
  }
  const request = { ...judgement, cdpId: candidate.cdpId, attempt };
  const ready = await deps.prepare(request, signal);
  if (ready.kind === "preview_failed") {
    return endFailedPreview(ready.detail, end, await judge());
  }
  if (ready.kind !== "ready") return end(ready.kind, ready.detail, ltv);
  const signed = await deps.signAndSubmit(
    { candidate, fence, attempt, ready, liquidationLtvBefore: ltv, receivedAtMs },
    signal,
  );
  return { kind: "signed", signed };
}

/** The text of a failed preview proves nothing: what the CDP is by now says whether somebody was faster. */
function endFailedPreview(
  detail: string,
  end: (ending: Ending, detail: string, ltv: string | null) => Promise<Step>,
  again: Judgement,
): Promise<Step> {
  if (again.kind === "gone") return end("outcompeted", again.detail, null);
  const ltv = formatDecimal(again.health.liquidationLtv);
  if (again.kind === "healthy") return end("outcompeted", describeHealth(again.health), ltv);
  if (again.kind === "bad_debt") return end("bad_debt", describeHealth(again.health), ltv);
  return end("rejected", `preview failed: ${detail}`, ltv);
}

function settlementOf(
  { candidate, receivedAtMs }: WorkPosition,
  attempt: number,
  ending: Ending,
  detail: string,
  observedStateVersion: bigint,
  liquidationLtvBefore: string | null,
): Settlement {
  const { cdpId, runId, queuedAt, traceId } = candidate;
  const receivedAt = new Date(receivedAtMs).toISOString();
  const context = { liquidationLtvBefore, pricesXrd: {}, queuedAt, receivedAt, traceId };
  return {
    cdpId,
    runId,
    attempt,
    ending,
    detail,
    observedStateVersion,
    context,
    transaction: null,
  };
}

/** Not an error of the candidate: its message goes back, and another worker goes on. */
function refuseWhenStopping(stopping: AbortSignal): void {
  if (!stopping.aborted) return;
  throw new AppError("stopping", "the process stops", { disposition: "retry" });
}
