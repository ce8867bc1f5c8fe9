import { randomUUID } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { AppError } from "@weft/runtime";
import { type CdpState, toFailedDeliveryItem } from "./attempt-record.ts";
import type { AttemptStore, LeaseAnswer, LeaseRef } from "./attempt-store.ts";
import type { CdpItems, CdpWrite } from "./cdp-items.ts";

type AcquireRequest = Parameters<AttemptStore["acquireLease"]>[0];
type RenewRequest = Parameters<AttemptStore["renewLease"]>[0];
type ReleaseRequest = Parameters<AttemptStore["releaseLease"]>[0];

/** A lease that has been let go ends here, before any wall clock. */
const RELEASED: AttributeValue = { N: "0" };

/** Holds for every write of whoever has the newest lease and has not let it go. */
export const UNDER_LEASE = "fence = :fence AND leaseUntilMs > :released";

/** The values that `UNDER_LEASE` names. */
export const underLease = (fence: number): Record<string, AttributeValue> => ({
  ":fence": { N: String(fence) },
  ":released": RELEASED,
});

/** See `AttemptStore.acquireLease`. */
export async function acquireLease(
  items: CdpItems,
  { cdpId, owner, nowMs, leaseMs }: AcquireRequest,
  signal: AbortSignal,
): Promise<LeaseAnswer> {
  // Tells our own lease from another of the same owner when only the answer to the write was lost.
  const token = randomUUID();
  const write: CdpWrite = {
    cdpId,
    condition: "attribute_not_exists(leaseUntilMs) OR leaseUntilMs <= :now",
    update:
      "SET leaseOwner = :owner, leaseUntilMs = :until, leaseToken = :token, " +
      "nextAttempt = if_not_exists(nextAttempt, :zero) ADD fence :one",
    values: {
      ":owner": { S: owner },
      ":now": { N: String(nowMs) },
      ":until": { N: String(nowMs + leaseMs) },
      ":token": { S: token },
      ":zero": { N: "0" },
      ":one": { N: "1" },
    },
  };
  const state = (await items.writeAndRead(write, signal)) ?? (await items.read(cdpId, signal));
  if (state?.leaseToken === token) {
    return { kind: "acquired", fence: state.fence, record: state.record };
  }
  return { kind: "held", owner: state?.leaseOwner ?? "", untilMs: state?.leaseUntilMs ?? 0 };
}

/** See `AttemptStore.renewLease`. */
export async function renewLease(
  items: CdpItems,
  { cdpId, fence, leaseUntilMs }: RenewRequest,
  signal: AbortSignal,
): Promise<void> {
  const write: CdpWrite = {
    cdpId,
    condition: UNDER_LEASE,
    update: "SET leaseUntilMs = :until",
    values: { ...underLease(fence), ":until": { N: String(leaseUntilMs) } },
  };
  if (await items.write(write, signal)) return;
  throw leaseLost({ cdpId, fence }, await items.read(cdpId, signal));
}

/** See `AttemptStore.releaseLease`. */
export async function releaseLease(
  items: CdpItems,
  { cdpId, fence, failedDelivery }: ReleaseRequest,
  signal: AbortSignal,
): Promise<void> {
  const released: CdpWrite = {
    cdpId,
    condition: "fence = :fence",
    update: "SET leaseUntilMs = :released",
    values: underLease(fence),
  };
  const write: CdpWrite =
    failedDelivery === undefined
      ? released
      : {
          ...released,
          update: `${released.update}, failedDelivery = :failed`,
          values: { ...released.values, ":failed": toFailedDeliveryItem(failedDelivery) },
        };
  if (await items.write(write, signal)) return;
  throw leaseLost({ cdpId, fence }, await items.read(cdpId, signal));
}

/** Says who holds the CDP now. */
export function leaseLost({ cdpId, fence }: LeaseRef, state: CdpState | undefined): AppError {
  const now = state === undefined ? "no lease" : `fence ${state.fence} of ${state.leaseOwner}`;
  return new AppError("lease_lost", `lease ${fence} on ${cdpId} is lost: there is ${now}`, {
    disposition: "retry",
  });
}
