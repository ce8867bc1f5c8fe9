import { ADDRESSES, type ResourceEntry, resourceEntry } from "./addresses.ts";
import type { StateReader } from "./history.ts";
import {
  type CdpState,
  type CollateralState,
  type LoanState,
  type NftState,
  nftKey,
} from "./model.ts";
import { DECIMAL_MAX, Num, ONE, over, toDecimal, ZERO } from "./numbers.ts";
import { PRICE_EXPIRATION_SECONDS } from "./prices.ts";
import {
  COLLATERAL_CONFIGS,
  type CollateralRisk,
  configInForce,
  LOAN_CONFIGS,
  type LoanRisk,
} from "./risk-parameters.ts";
import type { LedgerBehaviour } from "./types.ts";

export interface LoanHealth {
  readonly state: LoanState;
  readonly entry: ResourceEntry;
  readonly config: LoanRisk;
  readonly price: Num;
  readonly amount: Num;
  readonly value: Num;
  readonly adjustedValue: Num;
}

export interface CollateralHealth {
  readonly state: CollateralState;
  readonly entry: ResourceEntry;
  readonly config: CollateralRisk;
  readonly price: Num;
  readonly amount: Num;
  readonly value: Num;
  readonly healthValue: Num;
  readonly liquidationValue: Num;
  readonly discountedValue: Num;
}

/** One NFT of a CDP, by what it stands for; values in XRD. */
export interface NftHealth {
  readonly state: NftState;
  readonly underlying: readonly CollateralHealth[];
  readonly value: Num;
  readonly discountedValue: Num;
}

/** All values in XRD. Sums hold what NFTs stand for. */
export interface CdpHealth {
  readonly loanValue: Num;
  readonly adjustedLoanValue: Num;
  readonly collateralValue: Num;
  readonly healthCollateralValue: Num;
  readonly liquidationCollateralValue: Num;
  readonly discountedCollateralValue: Num;
  readonly discountedNftValue: Num;
  readonly healthLtv: Num;
  readonly liquidationLtv: Num;
  readonly loans: readonly LoanHealth[];
  readonly collaterals: readonly CollateralHealth[];
  readonly nfts: readonly NftHealth[];
}

export interface Moment {
  readonly nowSeconds: number;
  /** The market refuses prices that are too old; whoever only audits it does not. */
  readonly oldPrices: "refused" | "taken";
  /** Where values are cut to 18 places; at each step unless told. */
  readonly rounding?: LedgerBehaviour["rounding"];
  /** What of a threshold counts; all of it unless told. */
  readonly thresholds?: LedgerBehaviour["thresholds"];
}

const LOWER = new Num("0.9");

/** A CDP that the market cannot put a value on. */
export class ValuationError extends Error {
  override readonly name = "ValuationError";
}

/**
 * Weft's health of a CDP (radix-weft.md 1.4), every value cut toward zero to 18 places.
 * @param moment the time that decides which configs have expired, whether old prices are refused, and what is cut when
 * @throws {ValuationError} when a price is older than four hours and that matters
 */
export function assessHealth(cdp: CdpState, state: StateReader, moment: Moment): CdpHealth {
  const loans = cdp.loans.map((loan) => assessLoan(loan, state, moment));
  const collaterals = cdp.collaterals.map((held) => assessCollateral(held, state, moment));
  const nfts = cdp.nfts.map((nft) => assessNft(nft, state, moment));
  const pledged = [...collaterals, ...nfts.flatMap(({ underlying }) => underlying)];
  const adjustedLoanValue = sum(loans.map((loan) => loan.adjustedValue));
  const healthCollateralValue = sum(pledged.map((held) => held.healthValue));
  const liquidationCollateralValue = sum(pledged.map((held) => held.liquidationValue));
  return {
    loanValue: sum(loans.map((loan) => loan.value)),
    adjustedLoanValue,
    collateralValue: sum(pledged.map((held) => held.value)),
    healthCollateralValue,
    liquidationCollateralValue,
    discountedCollateralValue: sum(collaterals.map((held) => held.discountedValue)),
    discountedNftValue: sum(nfts.map((nft) => nft.discountedValue)),
    healthLtv: ratio(adjustedLoanValue, healthCollateralValue),
    liquidationLtv: ratio(adjustedLoanValue, liquidationCollateralValue),
    loans,
    collaterals,
    nfts,
  };
}

/** The same ratio in floating point, good to some twelve digits: to tell who is worth an exact look. */
export function roughLiquidationLtv(cdp: CdpState, state: StateReader, nowSeconds: number): number {
  let owed = 0;
  let pledged = 0;
  for (const { asset, units, version } of cdp.loans) {
    const pool = state.pools.get(asset);
    const price = state.prices.get(asset)?.price.toNumber() ?? 0;
    const factor = configInForce(LOAN_CONFIGS, version, nowSeconds).valueFactor.toNumber();
    owed += ((Number(units) * price) / (pool?.loan.ratio.toNumber() ?? 1)) * factor;
  }
  const pledges = [...cdp.collaterals, ...cdp.nfts.flatMap(({ underlying }) => underlying)];
  for (const { resource, amount, version } of pledges) {
    const { assetAddress, isDepositUnit, stakingUnit } = resourceEntry(resource);
    const redeemed = Number(amount) * Number(stakingUnit?.redemptionXrd ?? 1);
    const ratio = isDepositUnit ? state.pools.get(assetAddress)?.deposit.ratio.toNumber() : 1;
    const price = state.prices.get(assetAddress)?.price.toNumber() ?? 0;
    const config = configInForce(COLLATERAL_CONFIGS, version, nowSeconds);
    const threshold = config.loanToValue.toNumber() + config.thresholdSpread.toNumber();
    pledged += (redeemed / (ratio ?? 1)) * price * threshold;
  }
  return owed === 0 ? 0 : owed / pledged;
}

function assessNft(nft: NftState, state: StateReader, moment: Moment): NftHealth {
  const underlying = nft.underlying.map((held) => assessCollateral(held, state, moment));
  return {
    state: nft,
    underlying,
    value: sum(underlying.map((held) => held.value)),
    discountedValue: sum(underlying.map((held) => held.discountedValue)),
  };
}

/**
 * XRD for one unit of what a CDP owes and pledges: of an asset its price, of a deposit unit what it stands for,
 * of an NFT, under its key, the whole of it. XRD is worth 1.
 */
export function unitPricesOf({ loans, collaterals, nfts }: CdpHealth): ReadonlyMap<string, Num> {
  return new Map([
    [ADDRESSES.xrd, ONE],
    ...loans.map(({ state, price }) => [state.asset, price] as const),
    ...collaterals.map(
      ({ state, entry, price, value, amount }) =>
        [state.resource, isUnit(entry) ? over(value, amount) : price] as const,
    ),
    ...nfts.map(({ state, value }) => [nftKey(state.resource, state.id), value] as const),
  ]);
}

/** Something that stands for another amount of something else. */
function isUnit({ isDepositUnit, stakingUnit }: ResourceEntry): boolean {
  return isDepositUnit || stakingUnit !== null;
}

function assessLoan(loan: LoanState, state: StateReader, moment: Moment): LoanHealth {
  const entry = resourceEntry(loan.asset);
  const price = priceOf(loan.asset, state, moment);
  const config = configInForce(LOAN_CONFIGS, loan.version, moment.nowSeconds);
  const pool = state.pools.get(loan.asset);
  if (pool === undefined) {
    throw new ValuationError(`no pool of ${loan.asset}`);
  }
  const carry = carried(moment);
  const amount = carry(new Num(loan.units).div(pool.loan.ratio));
  const value = carry(amount.times(price));
  const adjustedValue = toDecimal(value.times(config.valueFactor));
  return {
    ...{ state: loan, entry, config, price, adjustedValue },
    ...{ amount: toDecimal(amount), value: toDecimal(value) },
  };
}

/** What goes from one step into the next. */
function carried({ rounding }: Moment): (value: Num) => Num {
  return rounding === "once" ? (value) => value : toDecimal;
}

function assessCollateral(
  held: CollateralState,
  state: StateReader,
  moment: Moment,
): CollateralHealth {
  const entry = resourceEntry(held.resource);
  const price = priceOf(entry.assetAddress, state, moment);
  const config = configInForce(COLLATERAL_CONFIGS, held.version, moment.nowSeconds);
  const amount = new Num(held.amount);
  const pool = state.pools.get(entry.assetAddress);
  if (pool === undefined) {
    throw new ValuationError(`no pool of ${entry.assetAddress}`);
  }
  const carry = carried(moment);
  const redeemed = amount.times(entry.stakingUnit?.redemptionXrd ?? 1);
  const underlying = carry(entry.isDepositUnit ? amount.div(pool.deposit.ratio) : redeemed);
  const value = carry(underlying.times(price));
  const configured = config.loanToValue.plus(config.thresholdSpread);
  const threshold = moment.thresholds === "lower" ? configured.times(LOWER) : configured;
  return {
    state: held,
    entry,
    config,
    price,
    amount,
    value: toDecimal(value),
    healthValue: toDecimal(value.times(config.loanToValue)),
    liquidationValue: toDecimal(value.times(threshold)),
    discountedValue: toDecimal(value.div(config.bonusRate.plus(1))),
  };
}

function priceOf(asset: string, state: StateReader, moment: Moment): Num {
  const entry = state.prices.get(asset);
  if (entry === undefined || entry.isGone) {
    throw new ValuationError(`no price of ${asset}`);
  }
  const ageSeconds = moment.nowSeconds - entry.timestampSeconds;
  if (moment.oldPrices === "refused" && ageSeconds > PRICE_EXPIRATION_SECONDS) {
    throw new ValuationError(`price of ${asset} expired`);
  }
  return entry.price;
}

function ratio(owed: Num, pledged: Num): Num {
  if (owed.isZero()) {
    return ZERO;
  }
  if (pledged.isZero()) {
    return DECIMAL_MAX;
  }
  const found = over(owed, pledged);
  return found.gt(DECIMAL_MAX) ? DECIMAL_MAX : found;
}

function sum(values: readonly Num[]): Num {
  return values.reduce((total, value) => total.plus(value), ZERO);
}
