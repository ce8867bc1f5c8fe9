import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { AppError } from "@weft/runtime";
import { parseCdpState } from "./attempt-record.ts";
import type { OpenAttempt } from "./attempt-store.ts";
import type { CdpItems } from "./cdp-items.ts";

/** See `AttemptStore.listUnfinal`. */
export async function* listUnfinal(
  items: CdpItems,
  signal: AbortSignal,
): AsyncGenerator<OpenAttempt> {
  let unreadable: AppError | undefined;
  for await (const item of items.scanUnfinal(signal)) {
    const open = toOpenAttempt(item);
    if (open instanceof AppError) unreadable ??= open;
    else if (open !== undefined) yield open;
  }
  if (unreadable !== undefined) throw unreadable;
}

function toOpenAttempt(item: Record<string, AttributeValue>): OpenAttempt | AppError | undefined {
  try {
    const { cdpId, record, leaseOwner, leaseUntilMs } = parseCdpState(item);
    const { unfinal } = record;
    return unfinal === null ? undefined : { cdpId, unfinal, leaseOwner, leaseUntilMs };
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
