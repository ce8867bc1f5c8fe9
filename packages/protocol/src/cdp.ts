import type { Decimal } from "./decimal.ts";

/** A resource's bech32m address, as text. Checked where it enters, not here. */
export type ResourceAddress = string;

/** Which risk configuration the protocol gave a collateral when the CDP was last touched. */
export type EfficiencyMode =
  | { readonly kind: "none" }
  /** The whole CDP lies in one group of correlated assets. */
  | { readonly kind: "group"; readonly groupId: number }
  /** The one loan and its collateral are the same asset. */
  | { readonly kind: "identical" };

/** One loan of a CDP. */
export interface LoanPosition {
  /** Share of the pool's debt, >= 0; an amount only after division by the pool's `loanUnitRatio`. */
  readonly units: Decimal;
  /** Version of the loan configuration it was last touched with. */
  readonly configVersion: bigint;
}

/** One fungible collateral of a CDP. */
export interface CollateralPosition {
  /** Tokens held, >= 0; for a deposit unit the units, not what they stand for. */
  readonly amount: Decimal;
  /** Version of the collateral configuration it was last touched with, whatever the efficiency mode. */
  readonly entryVersion: bigint;
  readonly efficiencyMode: EfficiencyMode;
}

/** The non-fungibles of one resource that a CDP holds as collateral. */
export interface NftCollateralPosition {
  readonly nftIds: readonly string[];
}

/**
 * A collateralized debt position as its NFT's data says.
 *
 * Source: field names and order of `CDPData`, as public callers of Weft V2 decode it.
 */
export interface Cdp {
  /** Local id as the ledger writes it, `#12#`. */
  readonly id: string;
  /** Ledger time, seconds since 1970. */
  readonly mintedAtSeconds: bigint;
  /** Ledger time of the last change, seconds since 1970. */
  readonly updatedAtSeconds: bigint;
  readonly loans: ReadonlyMap<ResourceAddress, LoanPosition>;
  readonly collaterals: ReadonlyMap<ResourceAddress, CollateralPosition>;
  readonly nftCollaterals: ReadonlyMap<ResourceAddress, NftCollateralPosition>;
}
