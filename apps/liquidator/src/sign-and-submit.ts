import type { BuiltTransaction } from "@weft/ledger";
import type { Candidate } from "@weft/messages";
import type { SignedAttempt } from "@weft/store";
import type { AttemptContext } from "./attempt-context.ts";
import type { ReadyTransaction } from "./prepare-transaction.ts";

/** A transaction that is written down: it may be on its way, and only its own end ends it. */
export type SignedTransaction = SignedAttempt & { readonly submittedAtMs: number | null };
/** One that this process has handed in a moment ago. */
export type SubmittedTransaction = SignedAttempt & { readonly submittedAtMs: number };

export interface SignRequest {
  readonly candidate: Candidate;
  readonly fence: number;
  readonly attempt: number;
  readonly ready: ReadyTransaction;
  readonly liquidationLtvBefore: string;
  readonly receivedAtMs: number;
}

export interface SignAndSubmitDeps {
  readonly build: (request: {
    readonly manifest: string;
    readonly startEpochInclusive: number;
    readonly endEpochExclusive: number;
    readonly nonce: number;
  }) => Promise<BuiltTransaction>;
  readonly recordSigned: (
    write: { readonly cdpId: string; readonly fence: number; readonly attempt: SignedAttempt },
    signal: AbortSignal,
  ) => Promise<void>;
  readonly submit: (payloadHex: string, signal: AbortSignal) => Promise<void>;
  readonly wallMs: () => number;
}

/**
 * Signs, writes the signed transaction down, and only then submits it: whatever happens after the write, the same
 * bytes are found and sent again, and no second intent is signed meanwhile.
 * A submission that fails is not the end of the attempt: its status is. When it was submitted is recorded by whoever waits
 * for that: nothing hangs on it, and the executor is free for the next.
 */
export async function signAndSubmit(
  request: SignRequest,
  deps: SignAndSubmitDeps,
  signal: AbortSignal,
): Promise<SubmittedTransaction> {
  const { candidate, fence, attempt, ready } = request;
  const { cdpId, runId } = candidate;
  const { manifest, startEpochInclusive, endEpochExclusive, nonce } = ready;
  const built = await deps.build({ manifest, startEpochInclusive, endEpochExclusive, nonce });
  const signed: SignedAttempt = {
    attempt,
    runId,
    intentHash: built.intentHash,
    payloadHex: built.payloadHex,
    startEpochInclusive,
    endEpochExclusive,
    plan: JSON.stringify(contextOf(request)),
    signedAtMs: deps.wallMs(),
  };
  await deps.recordSigned({ cdpId, fence, attempt: signed }, signal);
  await deps.submit(signed.payloadHex, signal);
  return { ...signed, submittedAtMs: deps.wallMs() };
}

function contextOf({
  candidate,
  ready,
  liquidationLtvBefore,
  receivedAtMs,
}: SignRequest): AttemptContext {
  return {
    liquidationLtvBefore,
    pricesXrd: { ...ready.pricesXrd },
    funding: ready.plan.funding,
    account: ready.account,
    cdpFingerprint: candidate.cdpFingerprint,
    queuedAt: candidate.queuedAt,
    receivedAt: new Date(receivedAtMs).toISOString(),
    traceId: candidate.traceId,
  };
}
