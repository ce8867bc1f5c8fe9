import { resourceAddress } from "./addresses.ts";
import type { Overlays } from "./history.ts";
import type { PoolState } from "./model.ts";
import { type Num, ONE, toPrecise } from "./numbers.ts";
import { ASSETS } from "./prices.ts";

const YEAR_SECONDS = 31_536_000;
/** The protocol's share of interest. */
const PROTOCOL_INTEREST_SHARE = "0.1";

/** Interest of all pools for a time that went by, written into totals and unit ratios. */
export function accrueInterest(state: Overlays, seconds: number, nowSeconds: number): void {
  for (const { symbol } of ASSETS) {
    const address = resourceAddress(symbol);
    const pool = state.pools.get(address);
    if (pool !== undefined) {
      state.pools.set(address, withInterest(pool, seconds, nowSeconds));
    }
  }
}

/** Interest of all pools up to now, each since its last writing. */
export function accruePendingInterest(state: Overlays, nowSeconds: number): void {
  for (const { symbol } of ASSETS) {
    const address = resourceAddress(symbol);
    const pool = state.pools.get(address);
    const seconds = nowSeconds - (pool?.interestUpdatedAtSeconds ?? nowSeconds);
    if (pool !== undefined && seconds > 0) {
      state.pools.set(address, withInterest(pool, seconds, nowSeconds));
    }
  }
}

function withInterest(pool: PoolState, seconds: number, nowSeconds: number): PoolState {
  const growth = pool.interestRate.times(seconds).div(YEAR_SECONDS);
  const loanRatio = toPrecise(pool.loan.ratio.div(ONE.plus(growth)));
  const loanTotal = toPrecise(pool.loan.units.div(loanRatio));
  const interest = loanTotal.minus(pool.loan.total);
  const fee = toPrecise(interest.times(PROTOCOL_INTEREST_SHARE));
  const depositTotal = pool.deposit.total.plus(interest).minus(fee);
  return {
    ...pool,
    interestUpdatedAtSeconds: nowSeconds,
    pendingFee: pool.pendingFee.plus(fee),
    loan: { ...pool.loan, total: loanTotal, ratio: loanRatio },
    deposit: {
      ...pool.deposit,
      total: depositTotal,
      ratio: toPrecise(pool.deposit.units.div(depositTotal)),
    },
  };
}

/** The pool after somebody repaid: the asset comes in, the loan units go. */
export function afterRepayment(pool: PoolState, amount: Num, units: Num): PoolState {
  const left = pool.loan.units.minus(units);
  return {
    ...pool,
    liquidity: pool.liquidity.plus(amount),
    loan: { ...pool.loan, units: left, total: toPrecise(left.div(pool.loan.ratio)) },
  };
}
