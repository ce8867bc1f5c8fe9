import type { Decimal, ResourceAddress } from "@weft/protocol";
import type { LedgerHealth } from "../weft/decode-health.ts";

/** A price that the ledger valued a position with. */
export interface UsedPrice {
  readonly asset: ResourceAddress;
  /** XRD for one unit of the asset. */
  readonly price: Decimal;
}

/**
 * The prices behind the ledger's word on a CDP, those that come from its feed: XRD is worth 1, and a staking unit what it
 * redeems for; an NFT is worth what it stands for. That a deposit unit carries the price of its asset is inferred, as is the rest of the arithmetic.
 */
export function pricesUsed(
  { loans, collaterals, nfts }: Pick<LedgerHealth, "loans" | "collaterals" | "nfts">,
  xrd: ResourceAddress,
): readonly UsedPrice[] {
  const ofLoans = loans.map(({ resource, price }) => ({ asset: resource, price }));
  const ofCollaterals = [...collaterals, ...nfts.flatMap(({ positions }) => positions)]
    .filter(({ resourceType }) => resourceType !== "lsu")
    .map(({ resource, underlying, price }) => ({ asset: underlying ?? resource, price }));
  return [...ofLoans, ...ofCollaterals].filter(({ asset }) => asset !== xrd);
}
