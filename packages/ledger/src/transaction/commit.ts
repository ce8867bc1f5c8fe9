import { type Decimal, parseDecimal, type ResourceAddress } from "@weft/protocol";
import type { GatewayClient } from "../gateway/client.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";
import { namedField } from "../sbor/fields.ts";
import { readAt, type SborNode, type SborReader } from "../sbor/node.ts";
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
}

/**
 * Reads what a committed transaction did, from the events of the market alone: another component may call its events the
 * same. A committed failure has none.
 *
 * @throws {GatewayError} `gateway_not_found` (retry) while this Gateway has not seen the commit
 */
export async function readCommit(
  client: GatewayClient,
  intentHash: string,
  market: string,
  signal: AbortSignal,
): Promise<Commit> {
  const answer = await client.committedDetails(
    { intent_hash: intentHash, opt_ins: { receipt_events: true } },
    signal,
  );
  const { transaction } = answer;
  const confirmedAtMs = Date.parse(transaction?.confirmed_at ?? transaction?.round_timestamp ?? "");
  if (transaction?.state_version === undefined || Number.isNaN(confirmedAtMs)) {
    throw unexpectedAnswer(ENDPOINT, "no committed transaction");
  }
  if (typeof transaction.fee_paid !== "string") throw unexpectedAnswer(ENDPOINT, "no fee_paid");
  const events = marketEvents(transaction.receipt?.events ?? [], market);
  return {
    stateVersion: BigInt(transaction.state_version),
    feeXrd: parseDecimal(transaction.fee_paid),
    confirmedAtMs,
    paid: readEvents(events, "CDPRepayForLiquidationEvent", readMoved),
    seized: readEvents(events, "CDPRemoveCollateralForLiquidation", readMoved),
    bonusFees: readEvents(events, "LiquidationBonusFeeEvent", readBonusFee),
  };
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

function readEvents<T>(events: readonly MarketEvent[], name: string, reader: SborReader<T>): T[] {
  return events
    .filter((event) => event.name === name)
    .map((event) => readAt(name, event.data as SborNode, (node) => reader(payloadOf(node))));
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

const readBonusFee: SborReader<BonusFee> = (node) => ({
  resource: namedField(node, "res_address", readReference),
  fee: namedField(node, "fee_amount", readDecimal),
  protocolFee: namedField(node, "protocol_fee_amount", readDecimal),
});
