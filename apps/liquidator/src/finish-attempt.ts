import { type Commit, GatewayError } from "@weft/ledger";
import type { Ending } from "@weft/messages";
import { AppError } from "@weft/runtime";
import { attemptContextSchema } from "./attempt-context.ts";
import type { AwaitFinalityRequest, Finality } from "./await-finality.ts";
import type { Settlement } from "./settle-attempt.ts";
import type { SignedTransaction } from "./sign-and-submit.ts";

export interface FinishRequest {
  readonly cdpId: string;
  readonly signed: SignedTransaction;
}

export interface FinishAttemptDeps {
  readonly awaitFinality: (
    request: AwaitFinalityRequest & { readonly payloadHex: string },
    signal: AbortSignal,
  ) => Promise<Finality>;
  /** What the ledger says the transaction did, in the account that paid for it too. */
  readonly readCommit: (
    request: { readonly intentHash: string; readonly account: string },
    signal: AbortSignal,
  ) => Promise<Commit>;
  /** State version of the head, for an attempt that left nothing on ledger. */
  readonly readHeadVersion: (signal: AbortSignal) => Promise<bigint>;
  readonly settle: (settlement: Settlement, signal: AbortSignal) => Promise<void>;
  readonly wallMs: () => number;
}

/**
 * Brings a signed transaction to its end, whoever signed it: this process a moment ago, or one that is no more.
 *
 * @throws {AppError} `end_unreadable` (retry) when the Gateway refuses to say: no fault of the message, which must not be
 *   set aside while its transaction may be on ledger
 */
export async function finishAttempt(
  { cdpId, signed }: FinishRequest,
  deps: FinishAttemptDeps,
  signal: AbortSignal,
): Promise<{ readonly ending: Ending; readonly observedStateVersion: bigint }> {
  const { attempt, runId, intentHash, endEpochExclusive, submittedAtMs } = signed;
  const context = attemptContextSchema.parse(JSON.parse(signed.plan));
  const end = await readEnd({ ...signed, account: context.account }, deps, signal).catch(
    (error: unknown) => {
      const refused = error instanceof GatewayError && error.disposition === "park";
      throw refused ? endUnreadable(intentHash, error) : error;
    },
  );
  const { finality, finalAtMs, commit, observedStateVersion } = end;
  const ending = endingOf(finality);
  await deps.settle(
    {
      cdpId,
      runId,
      attempt,
      ending,
      ownFailure: ending === "failed_on_ledger" ? ending : null,
      detail: detailOf(finality, end),
      observedStateVersion,
      context,
      transaction: { intentHash, endEpochExclusive, submittedAtMs, finalAtMs, commit },
    },
    signal,
  );
  return { ending, observedStateVersion };
}

async function readEnd(
  { intentHash, endEpochExclusive, payloadHex, account }: SignedTransaction & { account: string },
  { awaitFinality, readCommit, readHeadVersion, wallMs }: FinishAttemptDeps,
  signal: AbortSignal,
) {
  const finality = await awaitFinality({ intentHash, endEpochExclusive, payloadHex }, signal);
  const finalAtMs = wallMs();
  const commit =
    finality.kind === "rejected" ? null : await readCommit({ intentHash, account }, signal);
  const observedStateVersion = commit?.stateVersion ?? (await readHeadVersion(signal));
  return { finality, finalAtMs, commit, observedStateVersion };
}

function detailOf(
  { detail }: Finality,
  {
    commit,
    observedStateVersion,
  }: Pick<Settlement, "observedStateVersion"> & {
    readonly commit: Commit | null;
  },
): string {
  const what = detail || `committed at state version ${observedStateVersion}`;
  const unreadable = commit?.unreadableEvents ?? [];
  return unreadable.length === 0 ? what : `${what}; cannot read ${unreadable.join(", ")}`;
}

function endUnreadable(intentHash: string, cause: GatewayError): AppError {
  return new AppError("end_unreadable", `cannot read the end of ${intentHash}`, {
    disposition: "retry",
    cause,
  });
}

function endingOf(finality: Finality): Ending {
  if (finality.kind === "committed_success") return "liquidated";
  return finality.kind === "committed_failure" ? "failed_on_ledger" : "rejected";
}
