import type { LoanHealth } from "./health.ts";
import { type Frame, ManifestFailure } from "./manifest-frame.ts";
import type { LoanState } from "./model.ts";
import { min, Num, text, times, toDecimal } from "./numbers.ts";
import { afterRepayment } from "./pools.ts";

/** A loan worth less than this is dust, XRD. */
const DUST_XRD = 1;

/**
 * Pays into the pool, and says what the CDP owes after it. What covers a loan whole leaves nothing of it.
 * @throws {ManifestFailure} when dust would be left and the ledger is set to refuse that
 */
export function repay(
  frame: Frame,
  loans: readonly LoanState[],
  { loan, repaid }: { readonly loan: LoanHealth; readonly repaid: Num },
): readonly LoanState[] {
  const { asset } = loan.state;
  const pool = frame.state.pools.get(asset);
  if (pool === undefined) {
    throw new ManifestFailure(`no pool of ${asset}`);
  }
  const owed = new Num(loan.state.units);
  const units = repaid.gte(loan.amount)
    ? owed
    : min(owed, toDecimal(repaid.times(pool.loan.ratio)));
  const left = owed.minus(units);
  const leftXrd = times(loan.amount.minus(repaid), loan.price);
  if (frame.rules.dust === "refused" && left.gt(0) && leftXrd.lt(DUST_XRD)) {
    throw new ManifestFailure(`LendingMarket: a loan of ${text(leftXrd)} XRD would be left`);
  }
  frame.state.pools.set(asset, afterRepayment(pool, repaid, units));
  return loans
    .map((one) => (one.asset === asset ? { ...one, units: text(left) } : one))
    .filter(({ units: rest }) => rest !== "0");
}
