import type { ResourceAddress } from "./cdp.ts";
import { addDecimal, DECIMAL_ONE, DECIMAL_ZERO, type Decimal, mulDecimal } from "./decimal.ts";
import type { LoanValue } from "./health.ts";
import type { Market, Pool } from "./market.ts";

const YEAR_SECONDS = 31_536_000n;

/** By asset: interest that is due and that its pool has not written yet, as growth of what is owed; 0.001 is 0.1 %. */
export type PendingInterest = ReadonlyMap<ResourceAddress, Decimal>;

/**
 * A pool writes interest when it is touched, and no more often than once a day, so the ratios read from its state are old.
 * The ledger may count what is due when it is asked for a CDP's health. Rounded up; a rate below zero counts as none.
 *
 * That interest is simple between two writes is inferred: the rate and the time of the last write are in the pool's
 * state, the arithmetic is not published.
 */
export function pendingInterest(market: Market): PendingInterest {
  const growths = [...market.pools].map(([asset, pool]): [ResourceAddress, Decimal] => [
    asset,
    growthOf(pool, market.ledgerTimeSeconds),
  ]);
  return new Map(growths);
}

function growthOf({ interestRate, interestUpdatedAtSeconds }: Pool, nowSeconds: bigint): Decimal {
  const elapsed = nowSeconds - interestUpdatedAtSeconds;
  if (elapsed <= 0n || interestRate <= 0n) return DECIMAL_ZERO;
  return ((interestRate * elapsed + YEAR_SECONDS - 1n) / YEAR_SECONDS) as Decimal;
}

/**
 * The most that a loan-to-value can be once what is pending on these loans is counted.
 *
 * @throws {RangeError} beyond the range of `Decimal`
 */
export function withPendingInterest(
  liquidationLtv: Decimal,
  loans: readonly LoanValue[],
  pending: PendingInterest,
): Decimal {
  let growth = DECIMAL_ZERO;
  for (const { resource } of loans) {
    const own = pending.get(resource) ?? DECIMAL_ZERO;
    if (own > growth) growth = own;
  }
  return mulDecimal(liquidationLtv, addDecimal(DECIMAL_ONE, growth));
}
