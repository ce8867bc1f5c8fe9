import { inParallel } from "@weft/runtime";
import type { GatewayClient } from "../gateway/client.ts";
import { atStateVersion } from "../gateway/pin.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";
import { asNode, SborError, type SborNode } from "../sbor/node.ts";

/** The Gateway's limit of keys per request. */
const KEYS_PER_REQUEST = 100;

/** Which key-value store, and when. */
export interface StoreAt {
  readonly store: string;
  readonly stateVersion: bigint;
}

/** A key, in the two ways the Gateway takes one. */
export type StoreKey =
  | { readonly key_hex: string }
  | { readonly key_json: { readonly kind: "Reference"; readonly value: string } };

/** A key as the store lists it: the raw one to ask with, and the readable one. */
export interface ListedKey {
  readonly hex: string;
  readonly json: unknown;
}

/** An entry whose key or value may still turn out to be unreadable. */
export interface StoreEntry {
  readonly key: unknown;
  readonly value: unknown;
}

/** All keys of a store, by as many requests as it has hundreds. */
export async function readKeys(
  client: GatewayClient,
  { store, stateVersion }: StoreAt,
  signal: AbortSignal,
): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  let cursor: string | undefined;
  do {
    const answer = await client.keyValueStoreKeys(
      {
        key_value_store_address: store,
        limit_per_page: KEYS_PER_REQUEST,
        at_ledger_state: atStateVersion(stateVersion),
        ...(cursor === undefined ? {} : { cursor }),
      },
      signal,
    );
    if (answer.items === undefined) {
      throw unexpectedAnswer("/state/key-value-store/keys", "no items");
    }
    for (const { key } of answer.items) {
      keys.push({ hex: key?.raw_hex ?? "", json: key?.programmatic_json });
    }
    cursor = answer.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return keys;
}

/** The entries of those keys that the store has, 100 per request. The order means nothing. */
export async function readEntries(
  client: GatewayClient,
  { store, stateVersion }: StoreAt,
  keys: readonly StoreKey[],
  signal: AbortSignal,
): Promise<StoreEntry[]> {
  const chunks: StoreKey[][] = [];
  for (let start = 0; start < keys.length; start += KEYS_PER_REQUEST) {
    chunks.push(keys.slice(start, start + KEYS_PER_REQUEST));
  }
  const pages = await inParallel(
    chunks.map((chunk) => async (chunkSignal: AbortSignal) => {
      const answer = await client.keyValueStoreData(
        {
          key_value_store_address: store,
          keys: chunk,
          at_ledger_state: atStateVersion(stateVersion),
        },
        chunkSignal,
      );
      if (answer.entries === undefined) {
        throw unexpectedAnswer("/state/key-value-store/data", "no entries");
      }
      return answer.entries.map(({ key, value }) => ({
        key: key?.programmatic_json,
        value: value?.programmatic_json,
      }));
    }),
    signal,
  );
  return pages.flat();
}

/** An entry that was left out because it could not be read. */
export interface UndecodableEntry {
  /** Address of the store. */
  readonly store: string;
  readonly reason: string;
}

/** Reads entries one by one: what does not fit is told and left out, and does not take the others with it. */
export function decodeEntries(
  { store }: StoreAt,
  entries: readonly StoreEntry[],
  decode: (key: SborNode, value: SborNode) => void,
  onUndecodable: (entry: UndecodableEntry) => void,
): void {
  for (const { key, value } of entries) {
    try {
      decode(asNode(key), asNode(value));
    } catch (error) {
      if (!(error instanceof SborError)) throw error;
      onUndecodable({ store, reason: error.message });
    }
  }
}
