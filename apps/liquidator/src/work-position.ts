import type { Candidate, Ending } from "@weft/messages";
import { formatDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { AttemptRecord } from "@weft/store";
import { describeHealth, type Judgement } from "./judge-position.ts";
import type {
  Preparation,
  PrepareTransactionRequest,
  ReadyTransaction,
} from "./prepare-transaction.ts";
import type { Settlement } from "./settle-attempt.ts";
import type { SignedTransaction } from "./sign-and-submit.ts";

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
  readonly judge: (cdpId: string, signal: AbortSignal) => Promise<Judgement>;
  readonly prepare: (
    request: PrepareTransactionRequest,
    signal: AbortSignal,
  ) => Promise<Preparation>;
  readonly signAndSubmit: (request: SignRequest, signal: AbortSignal) => Promise<SignedTransaction>;
  /** Waits for the end of a signed transaction and settles it. */
  readonly finish: (
    request: FinishRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly ending: Ending }>;
  readonly settle: (settlement: Settlement, signal: AbortSignal) => Promise<void>;
  /** Runs a stretch of work while holding one of the executors. */
  readonly onExecutor: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** Ledger time, for the candidate's expiry. */
  readonly ledgerNowMs: (signal: AbortSignal) => Promise<number>;
  /** Aborted when the process is asked to stop: no new attempt is begun. */
  readonly stopping: AbortSignal;
}

export interface SignRequest {
  readonly candidate: Candidate;
  readonly fence: number;
  readonly attempt: number;
  readonly ready: ReadyTransaction;
  readonly liquidationLtvBefore: string;
  readonly receivedAtMs: number;
}

export interface FinishRequest {
  readonly cdpId: string;
  readonly fence: number;
  readonly signed: SignedTransaction;
}

/** @throws {AppError} when the work could not be brought to an ending; the disposition says what becomes of the message */
export async function workPosition(
  position: WorkPosition,
  deps: WorkPositionDeps,
  signal: AbortSignal,
): Promise<void> {
  const { candidate, fence, record } = position;
  const { cdpId } = candidate;
  let attempt = record.nextAttempt;

  if (record.unfinal !== null) {
    await deps.finish({ cdpId, fence, signed: record.unfinal }, signal);
    attempt = record.unfinal.attempt + 1;
  } else {
    const reason = await supersededBecause(position, deps, signal);
    if (reason !== undefined) {
      const observed =
        record.lastFinal?.observedStateVersion ?? BigInt(candidate.confirmedFromStateVersion);
      await deps.settle(
        settlementOf(position, attempt, "superseded", reason, observed, null),
        signal,
      );
      return;
    }
  }

  for (let commits = 0; ; commits += 1, attempt += 1) {
    if (deps.stopping.aborted) throw stopping();
    const next = await deps.onExecutor(
      () => attemptOnce({ position, attempt, commits }, deps, signal),
      signal,
    );
    if (next.kind === "ended") return;
    const { ending } = await deps.finish({ cdpId, fence, signed: next.signed }, signal);
    if (ending !== "liquidated") return;
  }
}

/** Why a candidate says nothing any more, if it does not. */
async function supersededBecause(
  { candidate, record }: WorkPosition,
  { ledgerNowMs }: WorkPositionDeps,
  signal: AbortSignal,
): Promise<string | undefined> {
  const known = record.lastFinal?.observedStateVersion;
  if (known !== undefined && known >= BigInt(candidate.confirmedFromStateVersion)) {
    return `seen at state version ${candidate.confirmedFromStateVersion}, decided already at ${known}`;
  }
  if ((await ledgerNowMs(signal)) > Date.parse(candidate.expiresAt)) {
    return `expired at ${candidate.expiresAt}`;
  }
  return undefined;
}

type Step =
  | { readonly kind: "ended" }
  | { readonly kind: "signed"; readonly signed: SignedTransaction };

async function attemptOnce(
  { position, attempt, commits }: { position: WorkPosition; attempt: number; commits: number },
  deps: WorkPositionDeps,
  signal: AbortSignal,
): Promise<Step> {
  const { candidate, fence, receivedAtMs } = position;
  const judgement = await deps.judge(candidate.cdpId, signal);
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
    // After a commit of ours a healthy CDP is the success already recorded, not another ending.
    if (commits > 0 || position.record.unfinal !== null) return { kind: "ended" };
    return end("stale", describeHealth(judgement.health), ltv);
  }
  const request = { ...judgement, cdpId: candidate.cdpId, attempt };
  const ready = await deps.prepare(request, signal);
  if (ready.kind === "preview_failed") {
    return endFailedPreview(candidate.cdpId, ready.detail, end, deps, signal);
  }
  if (ready.kind !== "ready") return end(ready.kind, ready.detail, ltv);
  const signed = await deps.signAndSubmit(
    { candidate, fence, attempt, ready, liquidationLtvBefore: ltv, receivedAtMs },
    signal,
  );
  return { kind: "signed", signed };
}

/** The text of a failed preview proves nothing: the CDP itself is asked whether somebody was faster. */
async function endFailedPreview(
  cdpId: string,
  detail: string,
  end: (ending: Ending, detail: string, ltv: string | null) => Promise<Step>,
  deps: WorkPositionDeps,
  signal: AbortSignal,
): Promise<Step> {
  const again = await deps.judge(cdpId, signal);
  if (again.kind === "healthy") {
    return end(
      "outcompeted",
      describeHealth(again.health),
      formatDecimal(again.health.liquidationLtv),
    );
  }
  if (again.kind === "gone") return end("outcompeted", again.detail, null);
  return end("rejected", `preview failed: ${detail}`, formatDecimal(again.health.liquidationLtv));
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

/** Not an error of the candidate: the message goes back, and another worker goes on. */
function stopping(): AppError {
  return new AppError("stopping", "the process stops", { disposition: "retry" });
}
