import type { IntentState } from "@weft/ledger";
import { AppError, type Sleep } from "@weft/runtime";
import type { CommitPace } from "./commit-pace.ts";

export interface AwaitFinalityDeps {
  /** The status with the epoch of the very same answer: a replica that lags proves nothing. */
  readonly readStatus: (intentHash: string, signal: AbortSignal) => Promise<IntentState>;
  /** Sends the same bytes again; a Gateway that lost them takes them up, one that has them says so. */
  readonly resubmit: (signal: AbortSignal) => Promise<void>;
  /** Says when the first look is worth while, and hears what it found; null to look at once. */
  readonly pace: Pick<CommitPace, "firstLookMs" | "learn"> | null;
  readonly pollMs: number;
  /** After this, and two looks, nobody waits any longer: the attempt stays unfinal, for the reconciler. Milliseconds. */
  readonly patienceMs: number;
  readonly nowMs: () => number;
  readonly sleep: Sleep;
}

export type Finality =
  | { readonly kind: "committed_success" | "committed_failure"; readonly detail: string }
  | { readonly kind: "rejected"; readonly detail: string };

export interface AwaitFinalityRequest {
  readonly intentHash: string;
  readonly endEpochExclusive: number;
}

/** Unknown so many times in a row, the same bytes are sent again; then at every sixteenth. */
const UNKNOWNS_TO_RESUBMIT: readonly number[] = [2, 4, 8];
const UNKNOWNS_BETWEEN_RESUBMITS = 16;
/** However little patience: an answer takes time too, and what nobody knows is sent again at the second look. */
const LEAST_LOOKS = 2;

/**
 * Polls an intent until the ledger can no longer change its mind.
 *
 * Final is: committed; or unknown or rejected in an answer whose own epoch has reached the end epoch. Until then even
 * "rejected" is asked again, and "unknown" again and again is answered by sending the same bytes once more, ever more rarely.
 *
 * @throws {AppError} `finality_overdue` (retry) when patience is over; `finality_pending` (retry) when the signal aborts
 */
export async function awaitFinality(
  request: AwaitFinalityRequest,
  deps: AwaitFinalityDeps,
  signal: AbortSignal,
): Promise<Finality> {
  const finality = await pollUntilFinal(request, deps, signal).catch((error: unknown) => {
    // A request that was cut short says nothing of the intent.
    if (!signal.aborted) throw error;
    return undefined;
  });
  if (finality !== undefined) return finality;
  const code = signal.aborted ? "finality_pending" : "finality_overdue";
  throw new AppError(code, `${request.intentHash} is not final yet`, {
    disposition: "retry",
  });
}

async function pollUntilFinal(
  { intentHash, endEpochExclusive }: AwaitFinalityRequest,
  { readStatus, resubmit, pace, pollMs, patienceMs, nowMs, sleep }: AwaitFinalityDeps,
  signal: AbortSignal,
): Promise<Finality | undefined> {
  const startMs = nowMs();
  let unknowns = 0;
  if (pace !== null) await sleep(pace.firstLookMs, signal);
  for (let looks = 0; !signal.aborted; looks += 1) {
    if (looks >= LEAST_LOOKS && nowMs() - startMs > patienceMs) break;
    const state = await readStatus(intentHash, signal);
    const finality = finalityOf(state, endEpochExclusive);
    if (looks === 0) pace?.learn(finality !== undefined);
    if (finality !== undefined) return finality;
    unknowns = state.status === "unknown" ? unknowns + 1 : 0;
    if (isResubmitDue(unknowns)) await resubmit(signal);
    await sleep(pollMs, signal);
  }
  return undefined;
}

function finalityOf(
  { status, epoch, errorMessage }: IntentState,
  endEpochExclusive: number,
): Finality | undefined {
  if (status === "committed_success" || status === "committed_failure") {
    return { kind: status, detail: errorMessage ?? "" };
  }
  if (epoch < endEpochExclusive || status === "pending") return undefined;
  return { kind: "rejected", detail: errorMessage ?? `not on ledger when epoch ${epoch} came` };
}

function isResubmitDue(unknowns: number): boolean {
  if (unknowns < UNKNOWNS_BETWEEN_RESUBMITS) return UNKNOWNS_TO_RESUBMIT.includes(unknowns);
  return unknowns % UNKNOWNS_BETWEEN_RESUBMITS === 0;
}
