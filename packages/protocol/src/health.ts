import type { Cdp, CollateralPosition, LoanPosition, ResourceAddress } from "./cdp.ts";
import {
  addDecimal,
  DECIMAL_MAX,
  DECIMAL_ZERO,
  type Decimal,
  divDecimal,
  mulDecimal,
} from "./decimal.ts";
import type { Market, UnvaluableReason } from "./market.ts";
import { type MarketTerms, marketTerms } from "./market-terms.ts";
import { divDecimalByPrecise } from "./precise-decimal.ts";

/** One loan, priced. Values are in XRD. */
export interface LoanValue {
  readonly resource: ResourceAddress;
  /** Share of the pool's debt. */
  readonly units: Decimal;
  /** Owed, in the asset: units / unit ratio. */
  readonly amount: Decimal;
  /** XRD for one unit of the asset. */
  readonly price: Decimal;
  /** amount × price. */
  readonly value: Decimal;
  /** value × the loan's value factor: what the ratios count. */
  readonly adjustedValue: Decimal;
  /** Share of the loan that one liquidation may repay, 0 to 1. */
  readonly closeFactor: Decimal;
}

/** One collateral, priced. Values are in XRD. */
export interface CollateralValue {
  readonly resource: ResourceAddress;
  /** Tokens held by the CDP. */
  readonly amount: Decimal;
  /** What they stand for: of a deposit unit its share of the pool's asset, of a staking unit the XRD it redeems for, else `amount`. */
  readonly underlyingAmount: Decimal;
  /** XRD for one unit of the underlying asset. */
  readonly price: Decimal;
  /** underlyingAmount × price. */
  readonly value: Decimal;
  /** value × (loan-to-value ratio + liquidation threshold spread). */
  readonly liquidationValue: Decimal;
  /** What a liquidator takes on top of each unit of value paid. */
  readonly bonusRate: Decimal;
}

/** A CDP priced at one state of the ledger. All values in XRD. */
export interface ValuedHealth {
  readonly kind: "valued";
  readonly loanValue: Decimal;
  readonly adjustedLoanValue: Decimal;
  readonly collateralValue: Decimal;
  readonly liquidationCollateralValue: Decimal;
  /** adjustedLoanValue / liquidationCollateralValue; `DECIMAL_MAX` when that is nothing, or too little to divide by. */
  readonly liquidationLtv: Decimal;
  readonly loans: readonly LoanValue[];
  readonly collaterals: readonly CollateralValue[];
}

/** No verdict can be had off-ledger; `resource` is the first that stood in the way. */
export interface UnvaluableHealth {
  readonly kind: "unvaluable";
  readonly reason: UnvaluableReason;
  readonly resource: ResourceAddress;
}

/** What a CDP comes to at one state of the ledger. */
export type Health = { readonly kind: "no_debt" } | UnvaluableHealth | ValuedHealth;

const NO_DEBT: Health = { kind: "no_debt" };

/**
 * What the protocol would say of a CDP, computed from state read off-ledger.
 *
 * Every product and quotient truncates toward zero at 18 digits, in the order of the formulas on the fields above.
 * That order is inferred from the names in `get_cdp` and the public documentation (Weft V2's arithmetic is not
 * published), and pool ratios on ledger lag by up to a day: near the line the ledger's own `get_cdp` decides.
 *
 * NFT collateral cannot be valued off-ledger, nor can a price that is absent, expired or not positive.
 * Never throws for what a CDP or a market may hold.
 */
export function assessHealth(cdp: Cdp, market: Market): Health {
  return healthAssessor(market)(cdp);
}

/** `assessHealth` for many CDPs of one market, of which each asset is then looked up once. */
export function healthAssessor(market: Market): (cdp: Cdp) => Health {
  const terms = marketTerms(market);
  return (cdp) => assessByTerms(cdp, terms);
}

function assessByTerms(cdp: Cdp, terms: MarketTerms): Health {
  if (!hasDebt(cdp)) return NO_DEBT;
  for (const [resource, { nftIds }] of cdp.nftCollaterals) {
    if (nftIds.length > 0) return unvaluable("nft_collateral", resource);
  }
  const sums: Sums = {
    resource: "",
    loan: DECIMAL_ZERO,
    adjustedLoan: DECIMAL_ZERO,
    collateral: DECIMAL_ZERO,
    liquidationCollateral: DECIMAL_ZERO,
  };
  try {
    return valueCdp(cdp, terms, sums);
  } catch (error) {
    if (error instanceof RangeError) return unvaluable("out_of_range", sums.resource);
    throw error;
  }
}

function hasDebt(cdp: Cdp): boolean {
  for (const { units } of cdp.loans.values()) if (units > 0n) return true;
  return false;
}

/** Running sums of one CDP, and the resource at hand, for whoever has to say where arithmetic failed. */
interface Sums {
  resource: ResourceAddress;
  loan: Decimal;
  adjustedLoan: Decimal;
  collateral: Decimal;
  liquidationCollateral: Decimal;
}

function valueCdp(cdp: Cdp, terms: MarketTerms, sums: Sums): Health {
  const loans: LoanValue[] = [];
  for (const [resource, position] of cdp.loans) {
    sums.resource = resource;
    const loan = valueLoan(resource, position, terms);
    if ("reason" in loan) return loan;
    sums.loan = addDecimal(sums.loan, loan.value);
    sums.adjustedLoan = addDecimal(sums.adjustedLoan, loan.adjustedValue);
    loans.push(loan);
  }
  const collaterals: CollateralValue[] = [];
  for (const [resource, position] of cdp.collaterals) {
    sums.resource = resource;
    const collateral = valueCollateral(resource, position, terms);
    if ("reason" in collateral) return collateral;
    sums.collateral = addDecimal(sums.collateral, collateral.value);
    sums.liquidationCollateral = addDecimal(
      sums.liquidationCollateral,
      collateral.liquidationValue,
    );
    collaterals.push(collateral);
  }
  return {
    kind: "valued",
    loanValue: sums.loan,
    adjustedLoanValue: sums.adjustedLoan,
    collateralValue: sums.collateral,
    liquidationCollateralValue: sums.liquidationCollateral,
    liquidationLtv: ratioOrMax(sums.adjustedLoan, sums.liquidationCollateral),
    loans,
    collaterals,
  };
}

function valueLoan(
  resource: ResourceAddress,
  { units, configVersion }: LoanPosition,
  terms: MarketTerms,
): LoanValue | UnvaluableHealth {
  const asset = terms.loanAsset(resource);
  if (typeof asset === "string") return unvaluable(asset, resource);
  const config = terms.loanConfig(configVersion);
  if (typeof config === "string") return unvaluable(config, resource);
  const { price } = asset;
  const amount = divDecimalByPrecise(units, asset.unitRatio);
  const value = mulDecimal(amount, price);
  const adjustedValue = mulDecimal(value, config.loanValueFactor);
  const closeFactor = config.loanCloseFactor;
  return { resource, units, amount, price, value, adjustedValue, closeFactor };
}

function valueCollateral(
  resource: ResourceAddress,
  { amount, entryVersion }: CollateralPosition,
  terms: MarketTerms,
): CollateralValue | UnvaluableHealth {
  const asset = terms.collateralAsset(resource);
  if (typeof asset === "string") return unvaluable(asset, resource);
  const config = terms.collateralConfig(entryVersion);
  if (typeof config === "string") return unvaluable(config, resource);
  const { price, redemptionXrd, unitRatio } = asset;
  let underlyingAmount = amount;
  if (unitRatio !== null) underlyingAmount = divDecimalByPrecise(amount, unitRatio);
  else if (redemptionXrd !== null) underlyingAmount = mulDecimal(amount, redemptionXrd);
  const value = mulDecimal(underlyingAmount, price);
  const liquidationValue = mulDecimal(value, config.liquidationThreshold);
  const { bonusRate } = config;
  return { resource, amount, underlyingAmount, price, value, liquidationValue, bonusRate };
}

function ratioOrMax(numerator: Decimal, denominator: Decimal): Decimal {
  if (denominator <= 0n) return DECIMAL_MAX;
  try {
    return divDecimal(numerator, denominator);
  } catch (error) {
    if (error instanceof RangeError) return DECIMAL_MAX;
    throw error;
  }
}

function unvaluable(reason: UnvaluableReason, resource: ResourceAddress): UnvaluableHealth {
  return { kind: "unvaluable", reason, resource };
}
