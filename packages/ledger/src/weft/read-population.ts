import type { GatewayClient } from "../gateway/client.ts";
import { atStateVersion } from "../gateway/pin.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";
import { type LedgerHead, toHead } from "../ledger-head.ts";

const IDS_ENDPOINT = "/state/non-fungible/ids";
const PAGE_SIZE = 100;

/** How many CDPs were ever minted, and the newest state that says so. */
export interface Population {
  readonly head: LedgerHead;
  /** Burned ones included. */
  readonly totalCount: number;
  /** The first in mint order, at most one: tells whether ids start where we think. */
  readonly firstIds: readonly string[];
}

/** One request, not pinned: its answer is what a run pins itself to. */
export async function readPopulation(
  client: GatewayClient,
  cdpResource: string,
  signal: AbortSignal,
): Promise<Population> {
  const answer = await client.nonFungibleIds(
    { resource_address: cdpResource, limit_per_page: 1 },
    signal,
  );
  const { total_count: totalCount, items } = answer.non_fungible_ids;
  if (totalCount === null || totalCount === undefined) {
    throw unexpectedAnswer(IDS_ENDPOINT, "no total_count");
  }
  return { head: toHead(answer.ledger_state, IDS_ENDPOINT), totalCount, firstIds: items };
}

/** Every id ever minted up to a state version, in mint order, burned ones included, by pages of 100. */
export async function* readCdpIds(
  client: GatewayClient,
  cdpResource: string,
  stateVersion: bigint,
  signal: AbortSignal,
): AsyncIterable<string[]> {
  let cursor: string | null | undefined;
  do {
    const answer = await client.nonFungibleIds(
      {
        resource_address: cdpResource,
        limit_per_page: PAGE_SIZE,
        at_ledger_state: atStateVersion(stateVersion),
        ...(cursor === undefined ? {} : { cursor }),
      },
      signal,
    );
    const { items, next_cursor } = answer.non_fungible_ids;
    if (items.length > 0) yield items;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}
