import {
  addDecimal,
  ceilToDivisibility,
  compareDecimal,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  type Decimal,
  divDecimal,
  floorToDivisibility,
  minDecimal,
  mulDecimal,
  mulDecimalUp,
  mulDivDecimal,
  subDecimal,
} from "./decimal.ts";
import type { PlanInput, PlannableCollateral, PlannableLoan } from "./plan-types.ts";

/** A collateral with what one needs to know to take it. */
export interface Target {
  readonly collateral: PlannableCollateral;
  /** Greatest paid value it can match: value / (1 + bonus). */
  readonly matchable: Decimal;
}

/** What a payment is expected to take of one collateral. */
export interface Expected {
  readonly collateral: PlannableCollateral;
  readonly amount: Decimal;
  readonly valueXrd: Decimal;
}

/** Highest bonus first; of equals the most valuable, so that fewer have to be taken. */
export function seizableTargets({ health }: Pick<PlanInput, "health">): readonly Target[] {
  return health.collaterals
    .filter(({ amount, value, isFromNft }) => amount > 0n && value > 0n && isFromNft !== true)
    .map((collateral) => ({
      collateral,
      matchable: divDecimal(collateral.value, addDecimal(DECIMAL_ONE, collateral.bonusRate)),
    }))
    .toSorted(
      (a, b) =>
        compareDecimal(b.collateral.bonusRate, a.collateral.bonusRate) ||
        compareDecimal(b.collateral.value, a.collateral.value),
    );
}

/**
 * As much of a loan as may be repaid with so much at hand: within the close factor, what the targets can match and what the
 * asset can carry, and leaving no dust behind.
 */
export function paymentAmount(
  loan: PlannableLoan,
  atHand: Decimal,
  targets: readonly Target[],
  { assetDivisibility, dustXrd = DECIMAL_ZERO }: Pick<PlanInput, "assetDivisibility" | "dustXrd">,
): Decimal {
  const digits = assetDivisibility(loan.resource);
  const payable = minDecimal(mulDecimal(loan.amount, loan.closeFactor), atHand);
  const most = floorToDivisibility(matchedAmount(payable, loan.price, targets), digits);
  return floorToDivisibility(leavingNoDust(loan, most, dustXrd), digits);
}

/** As much of an amount as all targets together can match. */
function matchedAmount(payable: Decimal, price: Decimal, targets: readonly Target[]): Decimal {
  const matchable = targets.reduce(
    (sum, target) => addDecimal(sum, target.matchable),
    DECIMAL_ZERO,
  );
  // Divide only when the quotient is the lesser: at a minute price it may be beyond any amount.
  return mulDecimal(payable, price) <= matchable ? payable : divDecimal(matchable, price);
}

/** The payment, or a lesser one after which as much is left of the loan as has to be. */
function leavingNoDust(
  { amount, price }: PlannableLoan,
  payment: Decimal,
  dustXrd: Decimal,
): Decimal {
  const left = subDecimal(amount, payment);
  if (left === 0n || mulDecimal(left, price) >= dustXrd) return payment;
  if (mulDecimal(amount, price) <= dustXrd) return DECIMAL_ZERO;
  // One more of the last digit, for what the quotient cuts off.
  const keepBack = addDecimal(divDecimal(dustXrd, price), 1n as Decimal);
  return keepBack < amount ? subDecimal(amount, keepBack) : DECIMAL_ZERO;
}

/**
 * What a paid value brings, target after target; those it does not reach are left out. What is seized is rounded down
 * and the protocol's share of the bonus up: however the ledger rounds, it brings no less.
 */
export function expectedSeizures(
  paid: Decimal,
  targets: readonly Target[],
  {
    assetDivisibility,
    protocolBonusShare,
  }: Pick<PlanInput, "assetDivisibility" | "protocolBonusShare">,
): readonly Expected[] {
  const expected: Expected[] = [];
  let unmatched = paid;
  for (const { collateral, matchable } of targets) {
    if (unmatched <= 0n) break;
    const { resource, amount: held, value, bonusRate } = collateral;
    const matched = minDecimal(unmatched, matchable);
    unmatched = subDecimal(unmatched, matched);
    const withBonus = addDecimal(DECIMAL_ONE, bonusRate);
    const digits = assetDivisibility(resource);
    const seized = floorToDivisibility(
      mulDivDecimal(held, mulDecimal(matched, withBonus), value),
      digits,
    );
    const bonusShare = mulDecimalUp(
      mulDivDecimal(seized, bonusRate, withBonus),
      protocolBonusShare,
    );
    const amount = subDecimal(seized, ceilToDivisibility(bonusShare, digits));
    expected.push({ collateral, amount, valueXrd: mulDivDecimal(value, amount, held) });
  }
  return expected;
}

/**
 * What part of a value may go missing: the slippage, or as little as keeps the rest at what was paid and the dearest fee.
 */
export function tolerance(
  { receivedXrd, paidXrd }: { readonly receivedXrd: Decimal; readonly paidXrd: Decimal },
  {
    slippage,
    guardFeeXrd = DECIMAL_ZERO,
    allowedLossXrd = DECIMAL_ZERO,
  }: Pick<PlanInput, "slippage" | "guardFeeXrd" | "allowedLossXrd">,
): Decimal {
  const spare = subDecimal(
    addDecimal(receivedXrd, allowedLossXrd),
    addDecimal(paidXrd, guardFeeXrd),
  );
  if (spare <= 0n || receivedXrd <= 0n) return DECIMAL_ZERO;
  return spare >= receivedXrd ? slippage : minDecimal(slippage, divDecimal(spare, receivedXrd));
}

/** An amount less what may be missing of it, rounded up to what the resource can carry: never above the amount. */
export function leastAmount(expected: Decimal, missing: Decimal, digits: number): Decimal {
  return ceilToDivisibility(mulDecimalUp(expected, subDecimal(DECIMAL_ONE, missing)), digits);
}
