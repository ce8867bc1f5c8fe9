import type { Num } from "./numbers.ts";

export type EfficiencyMode =
  | { readonly kind: "none" }
  | { readonly kind: "group"; readonly groupId: number }
  | { readonly kind: "identical" };

/** Amounts stand as decimal text: a large book stays small, and is read as it is shown. */
export interface LoanState {
  readonly asset: string;
  readonly units: string;
  readonly version: number;
}

export interface CollateralState {
  readonly resource: string;
  readonly amount: string;
  readonly version: number;
  readonly mode: EfficiencyMode;
}

/** A non-fungible pledged, and what it stands for. */
export interface NftState {
  readonly resource: string;
  readonly id: string;
  readonly underlying: readonly CollateralState[];
}

export interface CdpState {
  readonly burned: boolean;
  readonly mintedAtSeconds: number;
  readonly updatedAtSeconds: number;
  readonly loans: readonly LoanState[];
  readonly collaterals: readonly CollateralState[];
  readonly nfts: readonly NftState[];
}

/** One side of a pool: `ratio` = units per asset, at most 1, falling as interest accrues. */
export interface ContributionState {
  readonly total: Num;
  readonly units: Num;
  readonly ratio: Num;
}

export interface PoolState {
  readonly liquidity: Num;
  /** Per year. */
  readonly interestRate: Num;
  readonly interestUpdatedAtSeconds: number;
  readonly pendingFee: Num;
  readonly deposit: ContributionState;
  readonly loan: ContributionState;
}

export interface PriceEntry {
  readonly transactionHash: string;
  readonly price: Num;
  readonly timestampSeconds: number;
  /** The cache has it no more. */
  readonly isGone?: boolean;
}

/** Resource → amount; a non-fungible counts one under `nftKey`. Never changed in place. */
export type Holdings = ReadonlyMap<string, Num>;

/** What a non-fungible is held under: conserved like a resource of which there is one. */
export function nftKey(resource: string, id: string): string {
  return `${resource}:${id}`;
}

/** The non-fungible that a key of holdings stands for, or undefined when it is a fungible resource. */
export function nftOfKey(key: string): { resource: string; id: string } | undefined {
  const colon = key.indexOf(":");
  return colon < 0 ? undefined : { resource: key.slice(0, colon), id: key.slice(colon + 1) };
}
