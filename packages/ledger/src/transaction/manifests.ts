import type { Decimal, ResourceAddress } from "@weft/protocol";
import { addressValue, decimalValue, invalidManifest, localIdValue } from "./manifest-values.ts";

export interface InventoryLiquidation {
  /** Pays the fee and the debt, takes what is seized. */
  readonly account: string;
  readonly lendingMarket: string;
  /** `#12#`. */
  readonly cdpId: string;
  /** Locked for the fee, above zero; what is not used comes back. */
  readonly feeLockXrd: Decimal;
  /** Of the debt's asset, above zero and no finer than the asset can carry. */
  readonly payment: { readonly resource: ResourceAddress; readonly amount: Decimal };
  /** What to take, in that order. Less than `minAmount` of one fails the transaction: the profit guard on ledger. */
  readonly seize: readonly {
    readonly resource: ResourceAddress;
    readonly minAmount: Decimal;
  }[];
}

/**
 * Repays debt of a CDP from the account's own tokens and takes collateral for it.
 *
 * @throws {AppError} `manifest_invalid` (park) on an address, id or amount that cannot be one, and when nothing is to be seized
 */
export function inventoryLiquidationManifest(input: InventoryLiquidation): string {
  const { cdpId, feeLockXrd, payment, seize } = input;
  if (seize.length === 0) throw invalidManifest("a liquidation has to take some collateral");
  if (new Set(seize.map(({ resource }) => resource)).size < seize.length) {
    throw invalidManifest("a collateral is named twice");
  }
  const account = addressValue("account", input.account);
  const market = addressValue("component", input.lendingMarket);
  const debt = addressValue("resource", payment.resource);
  const amount = decimalValue(payment.amount, "the payment", "above_zero");
  const wanted = seize.map(({ resource }) => addressValue("resource", resource)).join(", ");
  return [
    `CALL_METHOD ${account} "lock_fee" ${decimalValue(feeLockXrd, "the fee lock", "above_zero")};`,
    `CALL_METHOD ${account} "withdraw" ${debt} ${amount};`,
    `TAKE_ALL_FROM_WORKTOP ${debt} Bucket("payment");`,
    `CALL_METHOD ${market} "liquidate" ${localIdValue(cdpId)} Array<Bucket>(Bucket("payment")) Enum<1u8>(Array<Address>(${wanted}));`,
    ...seize.map(
      ({ resource, minAmount }) =>
        `ASSERT_WORKTOP_CONTAINS ${addressValue("resource", resource)} ${decimalValue(minAmount, "the least to take", "zero")};`,
    ),
    `CALL_METHOD ${account} "deposit_batch" Expression("ENTIRE_WORKTOP");`,
    "",
  ].join("\n");
}

/**
 * Asks the market for the health of some CDPs; only for preview.
 *
 * @throws {AppError} `manifest_invalid` (park) on an address or id that cannot be one
 */
export function getCdpManifest(lendingMarket: string, ids: readonly string[]): string {
  const list = ids.map(localIdValue).join(", ");
  const market = addressValue("component", lendingMarket);
  return `CALL_METHOD ${market} "get_cdp" Array<NonFungibleLocalId>(${list});\n`;
}
