import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  parseDecimal,
  type ResourceAddress,
} from "@weft/protocol";
import type { GatewayClient } from "../gateway/client.ts";
import { atStateVersion } from "../gateway/pin.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";
import { type LedgerHead, toHead } from "../ledger-head.ts";

const DETAILS_ENDPOINT = "/state/entity/details";

/** What an account held at a head. */
export interface Balances {
  readonly head: LedgerHead;
  /** Fungibles only; a resource that is not there is held not at all. */
  readonly amounts: ReadonlyMap<ResourceAddress, Decimal>;
}

/** Fungible balances of an account at the newest state: one request, and one more per further hundred of resources. */
export async function readBalances(
  client: GatewayClient,
  account: string,
  signal: AbortSignal,
): Promise<Balances> {
  const answer = await client.entityDetails(
    { addresses: [account], aggregation_level: "Global" },
    signal,
  );
  const head = toHead(answer.ledger_state, DETAILS_ENDPOINT);
  const item = answer.items?.find(({ address }) => address === account);
  if (item === undefined) throw unexpectedAnswer(DETAILS_ENDPOINT, `nothing about ${account}`);
  const amounts = new Map<ResourceAddress, Decimal>();
  addAmounts(amounts, item.fungible_resources?.items ?? []);
  let cursor = item.fungible_resources?.next_cursor ?? undefined;
  while (cursor !== undefined) {
    const page = await client.entityFungibles(
      {
        address: account,
        aggregation_level: "Global",
        cursor,
        at_ledger_state: atStateVersion(head.stateVersion),
      },
      signal,
    );
    addAmounts(amounts, page.items);
    cursor = page.next_cursor ?? undefined;
  }
  return { head, amounts };
}

function addAmounts(amounts: Map<ResourceAddress, Decimal>, items: readonly unknown[]): void {
  for (const item of items as readonly { resource_address?: unknown; amount?: unknown }[]) {
    const { resource_address: resource, amount } = item;
    if (typeof resource !== "string" || typeof amount !== "string") {
      throw unexpectedAnswer(DETAILS_ENDPOINT, "a balance without resource or amount");
    }
    amounts.set(resource, addDecimal(amounts.get(resource) ?? DECIMAL_ZERO, parseDecimal(amount)));
  }
}
