import type { Commit } from "@weft/ledger";
import type { Ending } from "@weft/messages";
import { attemptContextSchema } from "./attempt-context.ts";
import type { AwaitFinalityRequest, Finality } from "./await-finality.ts";
import type { Settlement } from "./settle-attempt.ts";
import type { FinishRequest } from "./work-position.ts";

export interface FinishAttemptDeps {
  readonly awaitFinality: (
    request: AwaitFinalityRequest & { readonly payloadHex: string },
    signal: AbortSignal,
  ) => Promise<Finality>;
  /** What the ledger says the transaction did. */
  readonly readCommit: (intentHash: string, signal: AbortSignal) => Promise<Commit>;
  /** State version of the head, for an attempt that left nothing on ledger. */
  readonly readHeadVersion: (signal: AbortSignal) => Promise<bigint>;
  readonly settle: (settlement: Settlement, signal: AbortSignal) => Promise<void>;
  readonly wallMs: () => number;
}

/**
 * Brings a signed transaction to its end, whoever signed it: this process a moment ago, or one that is no more.
 */
export async function finishAttempt(
  { cdpId, signed }: FinishRequest,
  deps: FinishAttemptDeps,
  signal: AbortSignal,
): Promise<{ readonly ending: Ending; readonly observedStateVersion: bigint }> {
  const { attempt, runId, intentHash, endEpochExclusive, payloadHex, submittedAtMs } = signed;
  const finality = await deps.awaitFinality({ intentHash, endEpochExclusive, payloadHex }, signal);
  const finalAtMs = deps.wallMs();
  const committed = finality.kind !== "rejected";
  const commit = committed ? await deps.readCommit(intentHash, signal) : null;
  const observedStateVersion = commit?.stateVersion ?? (await deps.readHeadVersion(signal));
  const ending = endingOf(finality);
  await deps.settle(
    {
      cdpId,
      runId,
      attempt,
      ending,
      detail: finality.detail || `committed at state version ${observedStateVersion}`,
      observedStateVersion,
      context: attemptContextSchema.parse(JSON.parse(signed.plan)),
      transaction: { intentHash, endEpochExclusive, submittedAtMs, finalAtMs, commit },
    },
    signal,
  );
  return { ending, observedStateVersion };
}

function endingOf(finality: Finality): Ending {
  if (finality.kind === "committed_success") return "liquidated";
  return finality.kind === "committed_failure" ? "failed_on_ledger" : "rejected";
}
