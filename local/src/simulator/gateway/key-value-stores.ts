import { z } from "zod";
import type { KeyValueEntry, LedgerPoint, SborNode } from "../ledger/types.ts";
import { type Endpoint, endpoint, type GatewayContext, ledgerState } from "./endpoint.ts";
import { entityNotFound, invalidFields } from "./gateway-error.ts";
import {
  atLedgerState,
  cursor,
  cursorNeedsVersion,
  listOf,
  nextCursor,
  pageLimit,
  radixAddress,
} from "./request-fields.ts";
import { encodeSbor, SborEncodeError } from "./sbor-encoder.ts";
import { sborValue } from "./sbor-json.ts";

const MAX_KEYS = 100;

const keysRequest = z
  .object({
    key_value_store_address: radixAddress,
    cursor,
    limit_per_page: pageLimit,
    at_ledger_state: atLedgerState,
  })
  .superRefine(cursorNeedsVersion);

const dataRequest = z.object({
  key_value_store_address: radixAddress,
  keys: listOf(
    z.union(
      [
        z.object({ key_hex: z.string().regex(/^([0-9a-fA-F]{2})+$/) }),
        z.object({ key_json: z.object({ kind: z.string() }).loose() }),
      ],
      { error: "must hold key_hex or key_json" },
    ),
    MAX_KEYS,
  ),
  at_ledger_state: atLedgerState,
});

export function keyValueStoreEndpoints(): readonly Endpoint[] {
  return [
    endpoint("/state/key-value-store/keys", keysRequest, readKeys),
    endpoint("/state/key-value-store/data", dataRequest, readData),
  ];
}

/** Newest keys first; deleted entries are left out by the book. */
function readKeys(context: GatewayContext, request: z.infer<typeof keysRequest>) {
  const point = context.replica.at(request.at_ledger_state);
  const entries = entriesOf(context, request.key_value_store_address, point);
  const start = request.cursor ?? 0;
  const end = start + request.limit_per_page;
  const next = nextCursor(end, entries.length);
  return {
    ledger_state: ledgerState(context, point),
    key_value_store_address: request.key_value_store_address,
    total_count: entries.length,
    ...(next && { next_cursor: next }),
    items: entries.slice(start, end).map((entry) => ({
      key: sborValue(entry.key),
      last_updated_at_state_version: entry.lastUpdatedAtStateVersion,
    })),
  };
}

/** Only entries there are, newest first, whatever the order of the request. */
function readData(context: GatewayContext, request: z.infer<typeof dataRequest>) {
  const wanted = new Set(request.keys.map(keyHex));
  const point = context.replica.at(request.at_ledger_state);
  const entries = entriesOf(context, request.key_value_store_address, point);
  return {
    ledger_state: ledgerState(context, point),
    key_value_store_address: request.key_value_store_address,
    entries: entries
      .filter((entry) => wanted.has(encodeSbor(entry.key)))
      .map((entry) => ({
        key: sborValue(entry.key),
        value: sborValue(entry.value),
        last_updated_at_state_version: entry.lastUpdatedAtStateVersion,
        is_locked: false,
      })),
  };
}

function entriesOf(
  { ledger }: GatewayContext,
  store: string,
  point: LedgerPoint,
): readonly KeyValueEntry[] {
  const entries = ledger.keyValueEntries(store, point.stateVersion);
  if (!entries) throw entityNotFound(store);
  return entries;
}

function keyHex(key: z.infer<typeof dataRequest>["keys"][number], index: number): string {
  if ("key_hex" in key) return key.key_hex.toLowerCase();
  try {
    return encodeSbor(key.key_json as SborNode);
  } catch (error) {
    if (!(error instanceof SborEncodeError)) throw error;
    throw invalidFields([{ path: `keys.${index}.key_json`, errors: [error.message] }]);
  }
}
