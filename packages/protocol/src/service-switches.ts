import type { ResourceAddress } from "./cdp.ts";

/** What kind of collateral a switch is about. */
export type CollateralClass = "resource" | "lsu" | "nft" | "claim_nft";

/** Services of the market that governance can switch off, for all resources or for one. */
export interface ServiceSwitches {
  /** Whether debt in the asset may be repaid by `liquidate`. */
  readonly mayRepay: (asset: ResourceAddress) => boolean;
  /** Whether debt in the asset may be repaid by `liquidate_nft`. */
  readonly mayRepayForNft: (asset: ResourceAddress) => boolean;
  /** Whether a collateral may be taken. */
  readonly mayRemove: (resource: ResourceAddress, kind: CollateralClass) => boolean;
}
