import { DECIMAL_ONE, type Decimal } from "./decimal.ts";
import type { Health } from "./health.ts";
import { type PendingInterest, withPendingInterest } from "./pending-interest.ts";

/** What the screening of a CDP says to do with it. */
export type ScreenVerdict =
  /** Nothing is owed. */
  | "no_debt"
  /** Too far from the line for what is uncertain off-ledger to matter. */
  | "healthy"
  /** Near the line, over it, or not to be valued off-ledger: ask the ledger. */
  | "confirm"
  /** Over the line with next to no collateral: report it, never try it. */
  | "bad_debt";

/** Where screening draws its lines. */
export interface ScreenLines {
  /** `liquidationLtv`, pending interest counted, from which the ledger is asked: a margin below 1. */
  readonly confirmFrom: Decimal;
  /** Collateral worth this much or less, XRD, is next to none. */
  readonly badDebtCollateralXrd: Decimal;
}

/** Sums that say whether a debt is bad; both our own health and the ledger's have them. */
export interface DebtAndCollateral {
  readonly loanValue: Decimal;
  readonly collateralValue: Decimal;
  readonly liquidationLtv: Decimal;
}

/**
 * Whether the protocol lets anyone liquidate: strictly above 1.
 *
 * Source: Weft's liquidation guide ("above 1"); one public indexer uses "1 or above", which is no reason to act.
 */
export function isLiquidatable(liquidationLtv: Decimal): boolean {
  return liquidationLtv > DECIMAL_ONE;
}

/**
 * Whether a debt over the line has too little collateral left to be worth a liquidation.
 * A small CDP within its line is small, not bad.
 */
export function isBadDebt(health: DebtAndCollateral, badDebtCollateralXrd: Decimal): boolean {
  return (
    health.loanValue > 0n &&
    isLiquidatable(health.liquidationLtv) &&
    health.collateralValue <= badDebtCollateralXrd
  );
}

/** Sorts a CDP by its health, off-ledger. Only the ledger's own word makes a candidate of a `confirm`. */
export function screen(
  health: Health,
  lines: ScreenLines,
  pending: PendingInterest,
): ScreenVerdict {
  if (health.kind === "no_debt") return "no_debt";
  if (health.kind === "unvaluable") return "confirm";
  if (isBadDebt(health, lines.badDebtCollateralXrd)) return "bad_debt";
  const { liquidationLtv, loans } = health;
  if (liquidationLtv >= lines.confirmFrom) return "confirm";
  const atMost = withPendingInterest(liquidationLtv, loans, pending);
  return atMost >= lines.confirmFrom ? "confirm" : "healthy";
}
