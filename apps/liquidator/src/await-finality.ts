import type { IntentState } from "@weft/ledger";
import { AppError, type Sleep } from "@weft/runtime";

export interface AwaitFinalityDeps {
  /** The status with the epoch of the very same answer: a replica that lags proves nothing. */
  readonly readStatus: (intentHash: string, signal: AbortSignal) => Promise<IntentState>;
  /** Sends the same bytes again; a Gateway that lost them takes them up, one that has them says so. */
  readonly resubmit: (signal: AbortSignal) => Promise<void>;
  readonly pollMs: number;
  /** After this the message is handed back; the attempt stays unfinal in the table. Milliseconds. */
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

/**
 * Polls an intent until the ledger can no longer change its mind.
 *
 * Final is: committed; or unknown or rejected in an answer whose own epoch has reached the end epoch. Until then even
 * "rejected" is asked again, and "unknown" twice in a row is answered by sending the same bytes once more.
 *
 * @throws {AppError} `finality_pending` (retry) when patience is over or the signal aborts
 */
export async function awaitFinality(
  { intentHash, endEpochExclusive }: AwaitFinalityRequest,
  deps: AwaitFinalityDeps,
  signal: AbortSignal,
): Promise<Finality> {
  const { readStatus, resubmit, pollMs, patienceMs, nowMs, sleep } = deps;
  const startMs = nowMs();
  let wasUnknown = false;
  while (!signal.aborted && nowMs() - startMs <= patienceMs) {
    const status = await readStatus(intentHash, signal);
    if (status.status === "committed_success" || status.status === "committed_failure") {
      return { kind: status.status, detail: status.errorMessage ?? "" };
    }
    const expired = status.epoch >= endEpochExclusive;
    if (expired && (status.status === "unknown" || status.status === "rejected")) {
      const detail = status.errorMessage ?? `not on ledger when epoch ${status.epoch} came`;
      return { kind: "rejected", detail };
    }
    const isUnknown = status.status === "unknown";
    if (isUnknown && wasUnknown && !expired) await resubmit(signal);
    wasUnknown = isUnknown;
    await sleep(pollMs, signal);
  }
  throw new AppError("finality_pending", `${intentHash} is not final yet`, {
    disposition: "retry",
  });
}
