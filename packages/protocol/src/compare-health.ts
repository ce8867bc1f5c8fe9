import {
  addDecimal,
  DECIMAL_ONE,
  type Decimal,
  mulDecimal,
  parseDecimal,
  subDecimal,
} from "./decimal.ts";
import type { ValuedHealth } from "./health.ts";
import { type PendingInterest, withPendingInterest } from "./pending-interest.ts";
import type { DebtAndCollateral } from "./verdict.ts";

/** What the ledger's health of a CDP says of our own. */
export type HealthComparison =
  /** Of the same values the ledger makes no more of a loan-to-value than screening allows for. */
  | "agrees"
  /** It makes more: CDPs that we believe far enough from the line may be over it, and are not asked about. */
  | "deviates"
  /** What is owed or held is worth something else by now: nothing can be said. */
  | "moved";

/** Prices of the pinned version and of the tip, seconds apart; a tenth of the margin that screening leaves. */
const SAME_VALUE = parseDecimal("0.001");

/**
 * Compares our health of a CDP at one version with the ledger's at a later one.
 *
 * @param ours healthy: its `liquidationLtv` is below `confirmFrom`
 * @param confirmFrom the part of a loan-to-value that screening relies on, below 1
 */
export function compareHealth(
  ours: ValuedHealth,
  ledger: DebtAndCollateral,
  { confirmFrom, pending }: { readonly confirmFrom: Decimal; readonly pending: PendingInterest },
): HealthComparison {
  const owedAtMost = withPendingInterest(ours.loanValue, ours.loans, pending);
  const isSame =
    isWithin(ledger.loanValue, ours.loanValue, owedAtMost) &&
    isWithin(ledger.collateralValue, ours.collateralValue, ours.collateralValue);
  if (!isSame) return "moved";
  const atMost = withPendingInterest(ours.liquidationLtv, ours.loans, pending);
  return mulDecimal(ledger.liquidationLtv, confirmFrom) > atMost ? "deviates" : "agrees";
}

function isWithin(value: Decimal, from: Decimal, to: Decimal): boolean {
  return (
    value >= mulDecimal(from, subDecimal(DECIMAL_ONE, SAME_VALUE)) &&
    value <= mulDecimal(to, addDecimal(DECIMAL_ONE, SAME_VALUE))
  );
}
