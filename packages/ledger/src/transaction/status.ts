import type { GatewayClient } from "../gateway/client.ts";
import { toHead } from "../ledger-head.ts";

/** Where an intent stands, as one answer of the Gateway has it. */
export interface IntentState {
  /**
   * - `committed_success`, `committed_failure`, `rejected`: final
   * - `pending`: undecided, whatever the reason
   * - `unknown`: this Gateway never saw it; final once `epoch` has reached the intent's end
   */
  readonly status: "committed_success" | "committed_failure" | "rejected" | "pending" | "unknown";
  /** The ledger's epoch in the same answer: a lagging replica's "unknown" proves nothing. */
  readonly epoch: number;
  readonly committedStateVersion: bigint | null;
  /** May be there before the end, of a trouble that passes. */
  readonly errorMessage: string | null;
}

const STATUSES: Readonly<Record<string, IntentState["status"]>> = {
  CommittedSuccess: "committed_success",
  CommittedFailure: "committed_failure",
  PermanentlyRejected: "rejected",
  Unknown: "unknown",
};

/** Asks once. A status that a later Gateway may add counts as `pending`: only what we know to be final is. */
export async function readIntentStatus(
  client: GatewayClient,
  intentHash: string,
  signal: AbortSignal,
): Promise<IntentState> {
  const answer = await client.status(intentHash, signal);
  const version = answer.committed_state_version;
  return {
    status: STATUSES[answer.intent_status] ?? "pending",
    epoch: toHead(answer.ledger_state, "/transaction/status").epoch,
    committedStateVersion: typeof version === "number" ? BigInt(version) : null,
    errorMessage: answer.error_message ?? null,
  };
}
