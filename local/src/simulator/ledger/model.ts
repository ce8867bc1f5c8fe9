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

export interface CdpState {
  readonly burned: boolean;
  readonly mintedAtSeconds: number;
  readonly updatedAtSeconds: number;
  readonly loans: readonly LoanState[];
  readonly collaterals: readonly CollateralState[];
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
}

/** Resource → amount; never changed in place. */
export type Holdings = ReadonlyMap<string, Num>;
