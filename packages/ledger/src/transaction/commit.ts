import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  parseDecimal,
  type ResourceAddress,
} from "@weft/protocol";
import type { GatewayClient } from "../gateway/client.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";
import { namedField } from "../sbor/fields.ts";
import { readAt, SborError, type SborNode, type SborReader } from "../sbor/node.ts";
import { readDecimal, readLocalId, readReference } from "../sbor/readers.ts";

const ENDPOINT = "/transaction/committed-details";

/** Tokens that went into or came out of a CDP. */
export interface Moved {
  readonly cdpId: string;
  readonly resource: ResourceAddress;
  readonly amount: Decimal;
}

/** What the protocol kept of a bonus. */
export interface BonusFee {
  readonly resource: ResourceAddress;
  readonly fee: Decimal;
  readonly protocolFee: Decimal;
}

/** What a committed transaction did in the market. */
export interface Commit {
  readonly stateVersion: bigint;
  readonly feeXrd: Decimal;
  /** Ledger time, milliseconds since 1970. */
  readonly confirmedAtMs: number;
  /** Debt repaid, by event, in order. */
  readonly paid: readonly Moved[];
  /** Collateral taken, by event, in order. */
  readonly seized: readonly Moved[];
  readonly bonusFees: readonly BonusFee[];
  /** NFT collateral taken, by event, in order. */
  readonly seizedNfts: readonly { readonly resource: ResourceAddress; readonly id: string }[];
  /** What the transaction changed in the account, fee and all, by resource; fungibles only. Null where the Gateway does not say. */
  readonly accountChanges: ReadonlyMap<ResourceAddress, Decimal> | null;
  /** Events of the market that are not as we know them, and so are missing above. */
  readonly unreadableEvents: readonly string[];
}

/**
 * Reads what a committed transaction did, from the events of the market alone: another component may call its events the
 * same. A committed failure has none. An event that cannot be read takes nothing else with it: that the transaction is
 * final, where, and what it cost, is what reservations wait for.
 *
 * @throws {GatewayError} `gateway_not_found` (retry) while this Gateway has not seen the commit
 */
export async function readCommit(
  client: GatewayClient,
  intentHash: string,
  { market, account }: { readonly market: string; readonly account: string },
  signal: AbortSignal,
): Promise<Commit> {
  const answer = await client.committedDetails(
    { intent_hash: intentHash, opt_ins: { receipt_events: true, balance_changes: true } },
    signal,
  );
  const { transaction } = answer;
  const confirmedAtMs = Date.parse(transaction?.confirmed_at ?? transaction?.round_timestamp ?? "");
  if (transaction?.state_version === undefined || Number.isNaN(confirmedAtMs)) {
    throw unexpectedAnswer(ENDPOINT, "no committed transaction");
  }
  if (typeof transaction.fee_paid !== "string") throw unexpectedAnswer(ENDPOINT, "no fee_paid");
  const events = marketEvents(transaction.receipt?.events ?? [], market);
  const unreadableEvents: string[] = [];
  const readAll = <T>(name: string, reader: SborReader<T>) =>
    readEvents(events, { name, reader, onUnreadable: (fault) => unreadableEvents.push(fault) });
  return {
    stateVersion: BigInt(transaction.state_version),
    feeXrd: parseDecimal(transaction.fee_paid),
    confirmedAtMs,
    paid: [
      ...readAll("CDPRepayForLiquidationEvent", readMoved),
      ...readAll("CDPRepayForNFTLiquidationEvent", readMoved),
    ],
    seized: readAll("CDPRemoveCollateralForLiquidation", readMoved),
    bonusFees: readAll("LiquidationBonusFeeEvent", readBonusFee),
    seizedNfts: readAll("CDPRemoveNFTCollateralForLiquidation", readSeizedNft),
    accountChanges: changesOf(account, transaction.balance_changes),
    unreadableEvents,
  };
}

/** Fee payments are told apart from the rest, or not at all: either way it is one sum. */
function changesOf(account: string, changes: unknown): Commit["accountChanges"] {
  const { fungible_balance_changes: plain, fungible_fee_balance_changes: fees } = (changes ??
    {}) as Readonly<Record<string, readonly Readonly<Record<string, unknown>>[] | undefined>>;
  if (plain === undefined) return null;
  const sums = new Map<ResourceAddress, Decimal>();
  for (const { entity_address, resource_address, balance_change } of [...plain, ...(fees ?? [])]) {
    if (entity_address !== account) continue;
    if (typeof resource_address !== "string" || typeof balance_change !== "string") {
      throw unexpectedAnswer(ENDPOINT, "a balance change without resource or amount");
    }
    const before = sums.get(resource_address) ?? DECIMAL_ZERO;
    sums.set(resource_address, addDecimal(before, parseDecimal(balance_change)));
  }
  return sums;
}

interface MarketEvent {
  readonly name: string;
  readonly data: unknown;
}

function marketEvents(events: readonly unknown[], market: string): MarketEvent[] {
  return (events as readonly (MarketEvent & { readonly emitter?: unknown })[]).filter((event) => {
    const { entity } = (event.emitter ?? {}) as { readonly entity?: unknown };
    const { entity_address } = (entity ?? {}) as { readonly entity_address?: unknown };
    return entity_address === market;
  });
}

function readEvents<T>(
  events: readonly MarketEvent[],
  {
    name,
    reader,
    onUnreadable,
  }: {
    readonly name: string;
    readonly reader: SborReader<T>;
    readonly onUnreadable: (fault: string) => void;
  },
): T[] {
  return events.flatMap((event) => {
    if (event.name !== name) return [];
    try {
      return [readAt(name, event.data as SborNode, (node) => reader(payloadOf(node)))];
    } catch (error) {
      if (!(error instanceof SborError)) throw error;
      onUnreadable(error.message);
      return [];
    }
  });
}

/**
 * What an event carries. The market's are tuples of one nameless struct; a plain struct of the same fields is as good.
 *
 * Source: radixdlt/radix-incentives, common/dapps/weftFinance/schemas/lendingMarket.ts, `CDPEventData`.
 */
function payloadOf(node: SborNode): SborNode {
  const [only, ...others] = node.fields ?? [];
  const wraps = others.length === 0 && only?.kind === "Tuple" && !only.field_name;
  return wraps ? only : node;
}

const readMoved: SborReader<Moved> = (node) => ({
  cdpId: namedField(node, "cdp_id", readLocalId),
  resource: namedField(node, "res_address", readReference),
  amount: namedField(node, "amount", readDecimal),
});

const readSeizedNft = (node: SborNode) => ({
  resource: namedField(node, "res_address", readReference),
  id: namedField(node, "nft_id", readLocalId),
});

const readBonusFee: SborReader<BonusFee> = (node) => ({
  resource: namedField(node, "res_address", readReference),
  fee: namedField(node, "fee_amount", readDecimal),
  protocolFee: namedField(node, "protocol_fee_amount", readDecimal),
});
