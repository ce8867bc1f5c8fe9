import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { AppError } from "@weft/runtime";
import {
  type CdpState,
  toFinalItem,
  toQuarantineItem,
  toSignedItem,
  type UnfinalAttempt,
} from "./attempt-record.ts";
import type { AttemptStore, LeaseWrite } from "./attempt-store.ts";
import type { CdpItems, CdpWrite } from "./cdp-items.ts";
import { leaseLost, UNDER_LEASE, underLease } from "./take-lease.ts";

type SignedWrite = Parameters<AttemptStore["recordSigned"]>[0];
type SubmittedWrite = Parameters<AttemptStore["recordSubmitted"]>[0];
type FinalWrite = Parameters<AttemptStore["recordFinal"]>[0];

interface GuardedWrite extends CdpWrite, LeaseWrite {
  /** Begins with `SET`. */
  readonly update: string;
  readonly values: Record<string, AttributeValue>;
  /** Whether the item already says what was to be written: our own write, whose answer was lost. */
  readonly isDone: (state: CdpState) => boolean;
  /** Why the write is refused although the lease holds. */
  readonly refusal: (state: CdpState) => AppError;
}

/** See `AttemptStore.recordSigned`. */
export function recordSigned(
  items: CdpItems,
  { cdpId, fence, leaseUntilMs, attempt }: SignedWrite,
  signal: AbortSignal,
): Promise<void> {
  const write: GuardedWrite = {
    ...{ cdpId, fence, leaseUntilMs },
    condition: `${UNDER_LEASE} AND attribute_not_exists(unfinal) AND nextAttempt = :attempt`,
    update: "SET unfinal = :signed",
    values: {
      ...underLease(fence),
      ":attempt": { N: String(attempt.attempt) },
      ":signed": toSignedItem(attempt),
    },
    isDone: ({ record }) => record.unfinal?.intentHash === attempt.intentHash,
    refusal: ({ record: { unfinal, nextAttempt } }) =>
      unfinal === null
        ? outOfOrder(cdpId, `attempt ${attempt.attempt} cannot begin: ${nextAttempt} is next`)
        : unfinalAttempt(cdpId, unfinal),
  };
  return writeUnderLease(items, write, signal);
}

/** See `AttemptStore.recordSubmitted`. */
export function recordSubmitted(
  items: CdpItems,
  { cdpId, fence, leaseUntilMs, submittedAtMs }: SubmittedWrite,
  signal: AbortSignal,
): Promise<void> {
  const write: GuardedWrite = {
    ...{ cdpId, fence, leaseUntilMs },
    condition: `${UNDER_LEASE} AND attribute_exists(unfinal)`,
    update: "SET unfinal.submittedAtMs = if_not_exists(unfinal.submittedAtMs, :at)",
    values: { ...underLease(fence), ":at": { N: String(submittedAtMs) } },
    isDone: () => false,
    refusal: () => outOfOrder(cdpId, "nothing is signed that could have been submitted"),
  };
  return writeUnderLease(items, write, signal);
}

/** See `AttemptStore.recordFinal`. */
export function recordFinal(
  items: CdpItems,
  { cdpId, fence, leaseUntilMs, intentHash, quarantine, ...final }: FinalWrite,
  signal: AbortSignal,
): Promise<void> {
  const { attempt, ending } = final;
  const set = quarantine ? ", quarantine = :quarantine" : "";
  const remove = quarantine === null ? ", quarantine" : "";
  const itsOwn =
    intentHash === null ? "attribute_not_exists(unfinal)" : "unfinal.intentHash = :intentHash";
  const write: GuardedWrite = {
    ...{ cdpId, fence, leaseUntilMs },
    condition: `${UNDER_LEASE} AND nextAttempt = :attempt AND ${itsOwn}`,
    update: `SET lastFinal = :final, nextAttempt = :next${set} REMOVE unfinal${remove}`,
    values: {
      ...underLease(fence),
      ...(intentHash === null ? {} : { ":intentHash": { S: intentHash } }),
      ":attempt": { N: String(attempt) },
      ":next": { N: String(attempt + 1) },
      ":final": toFinalItem(final),
      ...(quarantine ? { ":quarantine": toQuarantineItem(quarantine) } : {}),
    },
    isDone: ({ record: { lastFinal } }) =>
      lastFinal?.attempt === attempt && lastFinal.ending === ending,
    refusal: ({ record: { unfinal, nextAttempt } }) => {
      if (nextAttempt !== attempt) {
        return outOfOrder(cdpId, `attempt ${attempt} cannot end: ${nextAttempt} is under way`);
      }
      return unfinal === null
        ? outOfOrder(cdpId, `attempt ${attempt} cannot end by ${intentHash}: nothing is signed`)
        : unfinalAttempt(cdpId, unfinal);
    },
  };
  return writeUnderLease(items, write, signal);
}

async function writeUnderLease(
  items: CdpItems,
  write: GuardedWrite,
  signal: AbortSignal,
): Promise<void> {
  if (await items.write(extended(write), signal)) return;
  const state = await items.read(write.cdpId, signal);
  if (state === undefined || state.fence !== write.fence || state.leaseUntilMs === 0) {
    throw leaseLost(write, state);
  }
  if (!write.isDone(state)) throw write.refusal(state);
}

function extended({ leaseUntilMs, ...write }: GuardedWrite): CdpWrite {
  if (leaseUntilMs === undefined) return write;
  const update = write.update.replace("SET ", "SET leaseUntilMs = :leaseUntil, ");
  return {
    ...write,
    update,
    values: { ...write.values, ":leaseUntil": { N: String(leaseUntilMs) } },
  };
}

function unfinalAttempt(cdpId: string, { attempt, intentHash }: UnfinalAttempt): AppError {
  const message = `${cdpId}: attempt ${attempt} (${intentHash}) has no end yet`;
  return new AppError("unfinal_attempt", message, { disposition: "park" });
}

function outOfOrder(cdpId: string, fault: string): AppError {
  return new AppError("attempt_out_of_order", `${cdpId}: ${fault}`, { disposition: "park" });
}
