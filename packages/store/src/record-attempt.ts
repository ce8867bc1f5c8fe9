import { AppError } from "@weft/runtime";
import { type CdpState, toFinalItem, toQuarantineItem, toSignedItem } from "./attempt-record.ts";
import type { AttemptStore, LeaseRef } from "./attempt-store.ts";
import type { CdpItems, CdpWrite } from "./cdp-items.ts";
import { leaseLost, UNDER_LEASE, underLease } from "./take-lease.ts";

type SignedWrite = Parameters<AttemptStore["recordSigned"]>[0];
type SubmittedWrite = Parameters<AttemptStore["recordSubmitted"]>[0];
type FinalWrite = Parameters<AttemptStore["recordFinal"]>[0];

interface GuardedWrite extends CdpWrite, LeaseRef {
  /** Whether the item already says what was to be written: our own write, whose answer was lost. */
  readonly isDone: (state: CdpState) => boolean;
  /** Why the write is refused although the lease holds. */
  readonly refusal: (state: CdpState) => AppError;
}

/** See `AttemptStore.recordSigned`. */
export function recordSigned(
  items: CdpItems,
  { cdpId, fence, attempt }: SignedWrite,
  signal: AbortSignal,
): Promise<void> {
  const write: GuardedWrite = {
    cdpId,
    fence,
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
        : new AppError(
            "unfinal_attempt",
            `${cdpId}: attempt ${unfinal.attempt} (${unfinal.intentHash}) has no end yet`,
            { disposition: "park" },
          ),
  };
  return writeUnderLease(items, write, signal);
}

/** See `AttemptStore.recordSubmitted`. */
export function recordSubmitted(
  items: CdpItems,
  { cdpId, fence, submittedAtMs }: SubmittedWrite,
  signal: AbortSignal,
): Promise<void> {
  const write: GuardedWrite = {
    cdpId,
    fence,
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
  { cdpId, fence, attempt, ending, observedStateVersion, endedAtMs, quarantine }: FinalWrite,
  signal: AbortSignal,
): Promise<void> {
  const set = quarantine ? ", quarantine = :quarantine" : "";
  const remove = quarantine === null ? ", quarantine" : "";
  const write: GuardedWrite = {
    cdpId,
    fence,
    condition: `${UNDER_LEASE} AND nextAttempt = :attempt`,
    update: `SET lastFinal = :final, nextAttempt = :next${set} REMOVE unfinal${remove}`,
    values: {
      ...underLease(fence),
      ":attempt": { N: String(attempt) },
      ":next": { N: String(attempt + 1) },
      ":final": toFinalItem({ attempt, ending, observedStateVersion, endedAtMs }),
      ...(quarantine ? { ":quarantine": toQuarantineItem(quarantine) } : {}),
    },
    isDone: ({ record: { lastFinal } }) =>
      lastFinal?.attempt === attempt && lastFinal.ending === ending,
    refusal: ({ record }) =>
      outOfOrder(cdpId, `attempt ${attempt} cannot end: ${record.nextAttempt} is under way`),
  };
  return writeUnderLease(items, write, signal);
}

async function writeUnderLease(
  items: CdpItems,
  write: GuardedWrite,
  signal: AbortSignal,
): Promise<void> {
  if ((await items.write(write, signal)) !== undefined) return;
  const state = await items.read(write.cdpId, signal);
  if (state === undefined || state.fence !== write.fence || state.leaseUntilMs === 0) {
    throw leaseLost(write, state);
  }
  if (!write.isDone(state)) throw write.refusal(state);
}

function outOfOrder(cdpId: string, fault: string): AppError {
  return new AppError("attempt_out_of_order", `${cdpId}: ${fault}`, { disposition: "park" });
}
