import type { ResourceAddress } from "./cdp.ts";
import { addDecimal, DECIMAL_ONE, type Decimal } from "./decimal.ts";
import { configInForce, type LoanConfig, type Market, type UnvaluableReason } from "./market.ts";
import { type PreciseDivisor, preciseDivisor } from "./precise-decimal.ts";

/** What a loan in one asset is valued by. */
interface LoanAssetTerms {
  /** XRD for one unit of the asset. */
  readonly price: Decimal;
  /** Loan units per asset. */
  readonly unitRatio: PreciseDivisor;
}

/** What a collateral of one resource is valued by. At most one of ratio and redemption is there. */
interface CollateralAssetTerms {
  /** XRD for one unit of the underlying asset. */
  readonly price: Decimal;
  /** Of a deposit unit: units per asset. */
  readonly unitRatio: PreciseDivisor | null;
  /** Of a staking unit: XRD that one redeems for. */
  readonly redemptionXrd: Decimal | null;
}

/** How one version of a collateral's configuration counts. */
interface CollateralTerms {
  /** Share of the value that debt may reach: loan-to-value ratio + liquidation threshold spread. */
  readonly liquidationThreshold: Decimal;
  /** What a liquidator takes on top of each unit of value paid. */
  readonly bonusRate: Decimal;
}

/**
 * A market as valuation asks it: each answer is worked out when it is first asked for, and kept.
 * All throw a `RangeError` on a unit ratio that is not positive or numbers beyond the ledger's.
 */
export interface MarketTerms {
  readonly loanAsset: (asset: ResourceAddress) => LoanAssetTerms | UnvaluableReason;
  readonly loanConfig: (version: bigint) => LoanConfig | UnvaluableReason;
  readonly collateralAsset: (resource: ResourceAddress) => CollateralAssetTerms | UnvaluableReason;
  readonly collateralConfig: (version: bigint) => CollateralTerms | UnvaluableReason;
}

/** The terms of a market; nothing is looked up before it is asked for. */
export function marketTerms(market: Market): MarketTerms {
  const { loanConfigs, collateralConfigs, ledgerTimeSeconds } = market;
  return {
    loanAsset: kept((asset) => loanAssetTerms(asset, market)),
    loanConfig: kept(
      (version) => configInForce(loanConfigs, version, ledgerTimeSeconds) ?? "unknown_config",
    ),
    collateralAsset: kept((resource) => collateralAssetTerms(resource, market)),
    collateralConfig: kept((version) => {
      const config = configInForce(collateralConfigs, version, ledgerTimeSeconds);
      if (config === undefined) return "unknown_config";
      const { loanToValueRatio, liquidationThresholdSpread, liquidationBonusRate } = config;
      return {
        liquidationThreshold: addDecimal(loanToValueRatio, liquidationThresholdSpread),
        bonusRate: liquidationBonusRate,
      };
    }),
  };
}

/** What `compute` makes of a key, kept from the first time on. Nothing is kept of what it throws. */
function kept<K, V extends object | string>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}

function loanAssetTerms(asset: ResourceAddress, market: Market): LoanAssetTerms | UnvaluableReason {
  const price = priceOf(asset, market);
  if (typeof price === "string") return price;
  const pool = market.pools.get(asset);
  if (pool === undefined) return "missing_pool";
  return { price, unitRatio: preciseDivisor(pool.loanUnitRatio) };
}

function collateralAssetTerms(
  resource: ResourceAddress,
  market: Market,
): CollateralAssetTerms | UnvaluableReason {
  const redemptionXrd = market.stakingUnits.get(resource) ?? null;
  const depositAsset = redemptionXrd === null ? market.depositUnits.get(resource) : undefined;
  const price = priceOf(redemptionXrd === null ? (depositAsset ?? resource) : market.xrd, market);
  if (typeof price === "string") return price;
  if (depositAsset === undefined) return { price, unitRatio: null, redemptionXrd };
  const pool = market.pools.get(depositAsset);
  if (pool === undefined) return "missing_pool";
  return { price, unitRatio: preciseDivisor(pool.depositUnitRatio), redemptionXrd };
}

/** XRD for one unit of an asset, or why there is none. A price ends at the second its validity runs out. */
function priceOf(asset: ResourceAddress, market: Market): Decimal | UnvaluableReason {
  if (!market.resourceConfigs.has(asset)) return "unknown_resource";
  if (asset === market.xrd) return DECIMAL_ONE;
  const entry = market.prices.get(asset);
  if (entry === undefined) return "missing_price";
  if (entry.timestampSeconds + market.priceExpirationSeconds <= market.ledgerTimeSeconds) {
    return "expired_price";
  }
  return entry.price > 0n ? entry.price : "zero_price";
}
