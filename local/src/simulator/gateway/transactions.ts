import { z } from "zod";
import { UNKNOWN } from "../ledger/intent.ts";
import {
  type IntentRead,
  type IntentStatus,
  InvalidTransactionError,
  type LedgerPoint,
} from "../ledger/types.ts";
import { type Endpoint, endpoint, type GatewayContext, ledgerState } from "./endpoint.ts";
import { invalidTransaction } from "./gateway-error.ts";
import { intentHash } from "./request-fields.ts";

const submitRequest = z.object({
  notarized_transaction_hex: z.string().regex(/^([0-9a-fA-F]{2})+$/, "must be hex"),
});
const statusRequest = z.object({ intent_hash: intentHash });

export const SUBMIT_PATH = "/transaction/submit";

/** Building on, handing in and following up transactions. */
export function transactionEndpoints(): readonly Endpoint[] {
  return [
    endpoint("/transaction/construction", z.unknown(), (context) => ({
      ledger_state: ledgerState(context, context.replica.constructionHead()),
    })),
    endpoint(SUBMIT_PATH, submitRequest, submit),
    endpoint("/transaction/status", statusRequest, readStatus),
  ];
}

async function submit({ ledger }: GatewayContext, request: z.infer<typeof submitRequest>) {
  try {
    const { duplicate } = await ledger.submit(request.notarized_transaction_hex.toLowerCase());
    return { duplicate };
  } catch (error) {
    if (error instanceof InvalidTransactionError) throw invalidTransaction(error.message);
    throw error;
  }
}

const INTENT_DESCRIPTION: Readonly<Record<IntentStatus, string>> = {
  Unknown: "No information is known about the possible outcome of this transaction.",
  CommittedSuccess: "This transaction was successfully committed to the ledger.",
  CommittedFailure: "This transaction was committed to the ledger as a failure.",
  CommitPendingOutcomeUnknown:
    "This transaction has been committed to the ledger, but its outcome is not known yet.",
  PermanentlyRejected: "This transaction is permanently rejected and can never be committed.",
  LikelyButNotCertainRejection:
    "All known payloads of this transaction have been temporarily rejected at their last execution.",
  Pending: "This transaction is pending: it may be committed soon.",
};

type LegacyStatus = "Unknown" | "CommittedSuccess" | "CommittedFailure" | "Pending" | "Rejected";

const LEGACY_STATUS: Readonly<Record<IntentStatus, LegacyStatus>> = {
  Unknown: "Unknown",
  CommittedSuccess: "CommittedSuccess",
  CommittedFailure: "CommittedFailure",
  CommitPendingOutcomeUnknown: "Pending",
  PermanentlyRejected: "Rejected",
  LikelyButNotCertainRejection: "Pending",
  Pending: "Pending",
};

const UNDECIDED: ReadonlySet<IntentStatus> = new Set([
  "Unknown",
  "LikelyButNotCertainRejection",
  "Pending",
]);

function readStatus(context: GatewayContext, request: z.infer<typeof statusRequest>) {
  // Commits that are due happen first, so that the state beside the status is never newer than the status.
  const real = context.ledger.head();
  const { intentsForgotten } = context.faults;
  const read = intentsForgotten ? UNKNOWN : context.ledger.intent(request.intent_hash);
  const point = context.replica.head();
  const seen = asSeenAt(read, real, point);
  return {
    ledger_state: ledgerState(context, point),
    status: LEGACY_STATUS[seen.status],
    intent_status: seen.status,
    intent_status_description: INTENT_DESCRIPTION[seen.status],
    known_payloads: seen.payloadHash === null ? [] : [knownPayload(seen, seen.payloadHash)],
    ...(seen.committedStateVersion !== null && {
      committed_state_version: seen.committedStateVersion,
    }),
    ...(UNDECIDED.has(seen.status) &&
      seen.payloadHash !== null &&
      seen.endEpochExclusive !== null && { permanently_rejects_at_epoch: seen.endEpochExclusive }),
    ...(seen.errorMessage !== null && { error_message: seen.errorMessage }),
  };
}

/** What came about beyond the replica's head it does not know yet: to it the intent is still pending. */
function asSeenAt(read: IntentRead, real: LedgerPoint, head: LedgerPoint): IntentRead {
  const { status, committedStateVersion: version, endEpochExclusive: end } = read;
  const committedLater = version !== null && version > head.stateVersion;
  const expiredLater =
    status === "PermanentlyRejected" && end !== null && real.epoch >= end && head.epoch < end;
  if (!committedLater && !expiredLater) return read;
  return { ...read, status: "Pending", committedStateVersion: null, errorMessage: null };
}

function knownPayload(read: IntentRead, payloadHash: string): Record<string, unknown> {
  const temporary = read.status === "LikelyButNotCertainRejection";
  const concluded = !UNDECIDED.has(read.status);
  return {
    payload_hash: payloadHash,
    status: LEGACY_STATUS[read.status],
    payload_status: temporary ? "TemporarilyRejected" : read.status,
    handling_status: concluded ? "Concluded" : "HandlingSubmission",
    ...(read.errorMessage !== null && { error_message: read.errorMessage }),
  };
}
