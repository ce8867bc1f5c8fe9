import type { NftPlan } from "@weft/protocol";
import type { LiquidationParties } from "./liquidation-manifest.ts";
import {
  addressValue,
  decimalValue,
  invalidManifest,
  localIdValue,
  nftIdValue,
} from "./manifest-values.ts";

/**
 * Pays for one NFT with debt and XRD out of the account, and fails unless that NFT comes.
 *
 * @throws {AppError} `manifest_invalid` (park) on an address, id or amount that cannot be one
 */
export function nftLiquidationManifest(
  { payments, nft, compensationXrd }: NftPlan,
  { account, lendingMarket, cdpId, feeLockXrd, xrd }: LiquidationParties,
): string {
  if (payments.length === 0) throw invalidManifest("an NFT has to be paid for");
  const owner = addressValue("account", account);
  const market = addressValue("component", lendingMarket);
  const resource = addressValue("resource", nft.resource);
  const id = nftIdValue(nft.id);
  const xrdValue = addressValue("resource", xrd);
  const compensation = decimalValue(compensationXrd, "the compensation", "zero");
  const paid = payments.map(({ resource: asset, amount }, index) => ({
    debt: addressValue("resource", asset),
    amount: decimalValue(amount, "the payment", "above_zero"),
    bucket: `Bucket("payment${index}")`,
  }));
  return [
    `CALL_METHOD ${owner} "lock_fee" ${decimalValue(feeLockXrd, "the fee lock", "above_zero")};`,
    ...paid.flatMap(({ debt, amount, bucket }) => [
      `CALL_METHOD ${owner} "withdraw" ${debt} ${amount};`,
      `TAKE_FROM_WORKTOP ${debt} ${amount} ${bucket};`,
    ]),
    `CALL_METHOD ${owner} "withdraw" ${xrdValue} ${compensation};`,
    `TAKE_FROM_WORKTOP ${xrdValue} ${compensation} Bucket("compensation");`,
    `CALL_METHOD ${market} "liquidate_nft" ${localIdValue(cdpId)} Array<Bucket>(${paid.map(({ bucket }) => bucket).join(", ")}) ${resource} ${id} Bucket("compensation");`,
    `ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES ${resource} Array<NonFungibleLocalId>(${id});`,
    `CALL_METHOD ${owner} "deposit_batch" Expression("ENTIRE_WORKTOP");`,
    "",
  ].join("\n");
}
