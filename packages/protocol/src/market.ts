import type { ResourceAddress } from "./cdp.ts";
import type { Decimal } from "./decimal.ts";
import type { PreciseDecimal } from "./precise-decimal.ts";

/** How the protocol counts one kind of collateral. All are fractions of one. */
export interface CollateralConfig {
  /** Share of the value that may be borrowed against, 0 to 1. */
  readonly loanToValueRatio: Decimal;
  /** Added to the ratio it gives the share of the value that debt may reach before liquidation. */
  readonly liquidationThresholdSpread: Decimal;
  /** What a liquidator takes on top of each unit of value paid: 0.07 is 7 %. */
  readonly liquidationBonusRate: Decimal;
}

/** How the protocol counts one kind of loan. */
export interface LoanConfig {
  /** Factor on the loan's value in every ratio, usually 1. */
  readonly loanValueFactor: Decimal;
  /** Share of the loan that one liquidation may repay, 0 to 1. */
  readonly loanCloseFactor: Decimal;
}

/** One entry of a configuration manager on ledger. */
export interface ConfigEntry<C> {
  /** Key of the `Current` entry that replaces it. */
  readonly id: number;
  readonly config: C;
  readonly version: bigint;
  /** Ledger time from which it no longer holds, seconds since 1970; null never. */
  readonly expiresAtSeconds: bigint | null;
}

/** All entries of one configuration manager. Versions count over the manager, not per id. */
export interface ConfigBook<C> {
  readonly current: ReadonlyMap<number, ConfigEntry<C>>;
  /** By version. */
  readonly history: ReadonlyMap<bigint, ConfigEntry<C>>;
}

/** One entry of the market's price cache. */
export interface Price {
  /** XRD for one unit of the asset. */
  readonly price: Decimal;
  /** Ledger time of the observation, seconds since 1970. */
  readonly timestampSeconds: bigint;
  /** The transaction that brought it; tells two observations of one price apart. */
  readonly transactionHash: string;
}

/** One lending pool. */
export interface Pool {
  readonly asset: ResourceAddress;
  /** The token a depositor holds; counts as collateral too. */
  readonly depositUnit: ResourceAddress;
  /** Digits after the point that the asset can carry, 0 to 18. */
  readonly assetDivisibility: number;
  /** Units per asset, above 0 and at most 1, falling as interest accrues. Lags by up to a day on ledger. */
  readonly loanUnitRatio: PreciseDecimal;
  readonly depositUnitRatio: PreciseDecimal;
  /** What a loan costs in a year, as a fraction of it. */
  readonly interestRate: Decimal;
  /** Ledger time at which interest was last written into the ratios, seconds since 1970. */
  readonly interestUpdatedAtSeconds: bigint;
}

/** What the market knows of one resource. */
export interface ResourceConfig {
  readonly priceFeedId: number;
  /** Null when it cannot be borrowed. */
  readonly loan: { readonly configId: number; readonly efficiencyGroupId: number | null } | null;
  /** Null when it is no collateral. */
  readonly collateral: {
    readonly configId: number;
    readonly isolationGroupId: number | null;
    readonly efficiencyGroupIds: readonly number[];
  } | null;
}

/** Everything besides the CDP that its health depends on, at one state version. */
export interface Market {
  readonly stateVersion: bigint;
  /** Ledger time of that version, seconds since 1970. */
  readonly ledgerTimeSeconds: bigint;
  /** By asset; XRD needs none, it is worth exactly 1. */
  readonly prices: ReadonlyMap<ResourceAddress, Price>;
  /** By asset. */
  readonly pools: ReadonlyMap<ResourceAddress, Pool>;
  /** Deposit unit → its asset. */
  readonly depositUnits: ReadonlyMap<ResourceAddress, ResourceAddress>;
  /** Liquid staking unit → XRD that one of it redeems for, as far as they are known. */
  readonly stakingUnits: ReadonlyMap<ResourceAddress, Decimal>;
  /** By asset. */
  readonly resourceConfigs: ReadonlyMap<ResourceAddress, ResourceConfig>;
  readonly collateralConfigs: ConfigBook<CollateralConfig>;
  readonly loanConfigs: ConfigBook<LoanConfig>;
  readonly efficiencyGroups: ConfigBook<{ readonly collateralConfigId: number }>;
  /** How long a price holds after its observation, seconds. */
  readonly priceExpirationSeconds: bigint;
  /** The protocol's part of a liquidation bonus, 0 to 1. */
  readonly protocolBonusShare: Decimal;
  readonly xrd: ResourceAddress;
}

/** Why a CDP cannot be valued from the state that was read. */
export type UnvaluableReason =
  /** It holds NFT collateral, whose worth only the ledger knows. */
  | "nft_collateral"
  /** The market has no configuration for the resource. */
  | "unknown_resource"
  | "missing_price"
  | "expired_price"
  /** A price of zero or less. */
  | "zero_price"
  /** A price that the guard does not believe. */
  | "suspect_price"
  /** No configuration of that version, or it expired and nothing took its place. */
  | "unknown_config"
  | "missing_pool"
  /** A unit ratio of zero, or a result beyond the ledger's number range: the ledger itself would fail. */
  | "out_of_range";

/**
 * The configuration that counts for a position: the one it was last touched with, unless that has expired,
 * then the current one of the same id. It has expired from the second of its expiry on. Undefined where there is none.
 *
 * Source: WeftFinance/blueprint-utils, libraries/common/src/config_manager.rs, `get_history_entry` @ 19336fd.
 */
export function configInForce<C>(
  book: ConfigBook<C>,
  version: bigint,
  atSeconds: bigint,
): C | undefined {
  const entry = book.history.get(version);
  if (entry === undefined) return undefined;
  const expired = entry.expiresAtSeconds !== null && entry.expiresAtSeconds <= atSeconds;
  return expired ? book.current.get(entry.id)?.config : entry.config;
}
