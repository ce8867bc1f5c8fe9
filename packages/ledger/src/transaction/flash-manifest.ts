import type { FlashPlan } from "@weft/protocol";
import type { LiquidationParties } from "./liquidation-manifest.ts";
import { addressValue, decimalValue, invalidManifest, localIdValue } from "./manifest-values.ts";

/**
 * Borrows the payment, liquidates, turns what is seized into the asset owed, pays the loan back and keeps the rest. The
 * assertion comes after the repayment: what is left is the profit, whatever redemption and swaps came to.
 *
 * Flash loan and redemption: WeftFinance/weft_docs, v2/dev/liquidation-guide.md. A swap is called as Ociswap's basic pools
 * declare it, `swap(input_bucket: Bucket) -> Bucket`: radixdlt/Ignition, packages/ociswap-v1-adapter-v1/src/lib.rs @ 80f731d.
 *
 * @throws {AppError} `manifest_invalid` (park) on an address, id or amount that cannot be one
 */
export function flashLiquidationManifest(
  plan: FlashPlan,
  { account, lendingMarket, lendingPool, transientResource, cdpId, feeLockXrd }: LiquidationParties,
): string {
  const [seized, ...others] = plan.seize;
  if (seized === undefined || others.length > 0) {
    throw invalidManifest("a flash loan is paid back out of one collateral");
  }
  const owner = addressValue("account", account);
  const pool = addressValue("component", lendingPool);
  const debt = addressValue("resource", plan.repay.resource);
  const collateral = addressValue("resource", seized.resource);
  const amount = decimalValue(plan.repay.amount, "the payment", "above_zero");
  const back = decimalValue(plan.flashRepayAmount, "what goes back", "above_zero");
  return [
    `CALL_METHOD ${owner} "lock_fee" ${decimalValue(feeLockXrd, "the fee lock", "above_zero")};`,
    `CALL_METHOD ${pool} "take_flash_loan" Map<Address, Decimal>(${debt} => ${amount});`,
    `TAKE_FROM_WORKTOP ${debt} ${amount} Bucket("payment");`,
    `CALL_METHOD ${addressValue("component", lendingMarket)} "liquidate" ${localIdValue(cdpId)} Array<Bucket>(Bucket("payment")) Enum<1u8>(Array<Address>(${collateral}));`,
    ...redemption(plan, pool),
    ...plan.swaps.flatMap(({ pool: dex, input }, hop) => [
      `TAKE_ALL_FROM_WORKTOP ${addressValue("resource", input)} Bucket("swap${hop}");`,
      `CALL_METHOD ${addressValue("component", dex)} "swap" Bucket("swap${hop}");`,
    ]),
    `TAKE_FROM_WORKTOP ${debt} ${back} Bucket("back");`,
    `TAKE_ALL_FROM_WORKTOP ${addressValue("resource", transientResource)} Bucket("term");`,
    `CALL_METHOD ${pool} "repay_flash_loan" Array<Bucket>(Bucket("back")) Bucket("term");`,
    `ASSERT_WORKTOP_CONTAINS ${debt} ${decimalValue(plan.leftover.min, "the least to keep", "zero")};`,
    `CALL_METHOD ${owner} "deposit_batch" Expression("ENTIRE_WORKTOP");`,
    "",
  ].join("\n");
}

function redemption({ redeem }: FlashPlan, pool: string): string[] {
  if (redeem === null) return [];
  return [
    `TAKE_ALL_FROM_WORKTOP ${addressValue("resource", redeem)} Bucket("units");`,
    `CALL_METHOD ${pool} "withdraw" Array<Bucket>(Bucket("units"));`,
  ];
}
