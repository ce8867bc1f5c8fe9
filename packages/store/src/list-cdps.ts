import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { AppError } from "@weft/runtime";
import { type CdpState, parseCdpState } from "./attempt-record.ts";
import type { OpenAttempt, QuarantinedCdp } from "./attempt-store.ts";
import type { CdpItems } from "./cdp-items.ts";

type Item = Record<string, AttributeValue>;

/** See `AttemptStore.listUnfinal`. */
export function listUnfinal(items: CdpItems, signal: AbortSignal): AsyncGenerator<OpenAttempt> {
  return listReadable(items.scanWith("unfinal", signal), (state) => {
    const { cdpId, record, leaseOwner, leaseUntilMs } = state;
    const { unfinal } = record;
    return unfinal === null ? undefined : { cdpId, unfinal, leaseOwner, leaseUntilMs };
  });
}

/** See `AttemptStore.listQuarantined`. */
export function listQuarantined(
  items: CdpItems,
  signal: AbortSignal,
): AsyncGenerator<QuarantinedCdp> {
  return listReadable(items.scanWith("quarantine", signal), ({ cdpId, record: { quarantine } }) =>
    quarantine === null ? undefined : { cdpId, quarantine },
  );
}

/** An item that cannot be read does not hide the others: it is told of after the last. */
async function* listReadable<T>(
  items: AsyncIterable<Item>,
  pick: (state: CdpState) => T | undefined,
): AsyncGenerator<T> {
  let unreadable: AppError | undefined;
  for await (const item of items) {
    const state = read(item);
    if (state instanceof AppError) {
      unreadable ??= state;
      continue;
    }
    const picked = pick(state);
    if (picked !== undefined) yield picked;
  }
  if (unreadable !== undefined) throw unreadable;
}

function read(item: Item): CdpState | AppError {
  try {
    return parseCdpState(item);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
