import type { Decimal, ResourceAddress } from "@weft/protocol";
import { addressValue, decimalValue } from "./manifest-values.ts";

/** Who takes part in a payment by itself. */
export interface PaymentParties {
  readonly account: string;
  readonly lendingPool: string;
  /** Resource of the pool's flash-loan terms. */
  readonly transientResource: string;
  /** Locked for the fee, above zero; what is not used comes back. */
  readonly feeLockXrd: Decimal;
}

/**
 * A liquidation up to `liquidate`, paid out of the account: locks the fee, takes the payment out into a bucket, and puts it
 * back. For preview: it moves nothing.
 *
 * @throws {AppError} `manifest_invalid` (park) on an address or amount that cannot be one
 */
export function withdrawalManifest(
  { resource, amount }: { readonly resource: ResourceAddress; readonly amount: Decimal },
  { account, feeLockXrd }: PaymentParties,
): string {
  const owner = addressValue("account", account);
  const asset = addressValue("resource", resource);
  const paid = decimalValue(amount, "the payment", "above_zero");
  return [
    `CALL_METHOD ${owner} "lock_fee" ${decimalValue(feeLockXrd, "the fee lock", "above_zero")};`,
    `CALL_METHOD ${owner} "withdraw" ${asset} ${paid};`,
    `TAKE_FROM_WORKTOP ${asset} ${paid} Bucket("payment");`,
    `CALL_METHOD ${owner} "deposit_batch" Array<Bucket>(Bucket("payment"));`,
    "",
  ].join("\n");
}

/**
 * A liquidation up to `liquidate`, paid by flash loan, and paid back at once: the pool's fee comes out of the account. For
 * preview: it would cost that fee.
 *
 * @throws {AppError} `manifest_invalid` (park) on an address or amount that cannot be one
 */
export function flashLoanManifest(
  loan: {
    readonly resource: ResourceAddress;
    readonly amount: Decimal;
    /** What goes back beyond the amount, as the asset can carry it. */
    readonly fee: Decimal;
    readonly repayAmount: Decimal;
  },
  { account, lendingPool, transientResource, feeLockXrd }: PaymentParties,
): string {
  const owner = addressValue("account", account);
  const pool = addressValue("component", lendingPool);
  const asset = addressValue("resource", loan.resource);
  const amount = decimalValue(loan.amount, "the loan", "above_zero");
  const fee = decimalValue(loan.fee, "the pool's fee", "zero");
  const back = decimalValue(loan.repayAmount, "what goes back", "above_zero");
  return [
    `CALL_METHOD ${owner} "lock_fee" ${decimalValue(feeLockXrd, "the fee lock", "above_zero")};`,
    `CALL_METHOD ${owner} "withdraw" ${asset} ${fee};`,
    `CALL_METHOD ${pool} "take_flash_loan" Map<Address, Decimal>(${asset} => ${amount});`,
    `TAKE_FROM_WORKTOP ${asset} ${back} Bucket("back");`,
    `TAKE_ALL_FROM_WORKTOP ${addressValue("resource", transientResource)} Bucket("term");`,
    `CALL_METHOD ${pool} "repay_flash_loan" Array<Bucket>(Bucket("back")) Bucket("term");`,
    `CALL_METHOD ${owner} "deposit_batch" Expression("ENTIRE_WORKTOP");`,
    "",
  ].join("\n");
}
