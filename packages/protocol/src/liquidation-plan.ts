import type { ResourceAddress } from "./cdp.ts";
import {
  addDecimal,
  compareDecimal,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  type Decimal,
  divDecimal,
  floorToDivisibility,
  minDecimal,
  mulDecimal,
  mulDivDecimal,
  subDecimal,
} from "./decimal.ts";

/** What the planner needs of a loan. */
export interface PlannableLoan {
  readonly resource: ResourceAddress;
  /** Owed, in the asset. */
  readonly amount: Decimal;
  /** XRD for one unit of the asset. */
  readonly price: Decimal;
  /** Share of the loan that one liquidation may repay, 0 to 1. */
  readonly closeFactor: Decimal;
}

/** What the planner needs of a collateral. */
export interface PlannableCollateral {
  readonly resource: ResourceAddress;
  /** Tokens held by the CDP. */
  readonly amount: Decimal;
  /** XRD for all of them. */
  readonly value: Decimal;
  /** What a liquidator takes on top of each unit of value paid. */
  readonly bonusRate: Decimal;
  /** It underlies an NFT, which `liquidate` does not take apart: never planned for. */
  readonly isFromNft?: boolean;
}

/** A valued CDP, whether we valued it (`ValuedHealth`) or the ledger did. */
export interface PlannableHealth {
  readonly loans: readonly PlannableLoan[];
  readonly collaterals: readonly PlannableCollateral[];
}

export interface PlanInput {
  readonly health: PlannableHealth;
  /** Digits after the point that a resource can carry, 0 to 18. */
  readonly assetDivisibility: (resource: ResourceAddress) => number;
  /** What may be spent of each resource; an XRD amount already less what fees need. */
  readonly inventory: ReadonlyMap<ResourceAddress, Decimal>;
  /** The protocol's part of the bonus, 0 to 1. */
  readonly protocolBonusShare: Decimal;
  /** What the transaction is expected to cost, XRD. */
  readonly feeXrd: Decimal;
  /** Least profit worth a transaction, XRD, after the fee. */
  readonly minProfitXrd: Decimal;
  /** Part of the expected amount that may be missing before the transaction must fail, 0 to 1. */
  readonly slippage: Decimal;
  /**
   * `single` takes one collateral only, and so does not depend on the order in which the ledger seizes several,
   * which is not published. Default `several`: in the order asked.
   */
  readonly seize?: "several" | "single";
}

/** The payment of a plan. */
export interface Repayment {
  readonly resource: ResourceAddress;
  /** Fits the asset's divisibility. */
  readonly amount: Decimal;
  readonly valueXrd: Decimal;
}

/** One collateral a plan takes. */
export interface Seizure {
  readonly resource: ResourceAddress;
  /** At the prices planned with, after the protocol's part of the bonus. */
  readonly expectedAmount: Decimal;
  /** expectedAmount × (1 - slippage); less than this must fail the transaction. */
  readonly minAmount: Decimal;
  readonly valueXrd: Decimal;
}

export interface LiquidationPlan {
  readonly kind: "plan";
  readonly repay: Repayment;
  /** In the order to ask for them. */
  readonly seize: readonly Seizure[];
  /** Σ seize.valueXrd - repay.valueXrd - fee. */
  readonly profitXrd: Decimal;
}

export type PlanResult =
  | LiquidationPlan
  /** The best there is, with all the inventory one could wish for; minus the fee when there is nothing to take. */
  | { readonly kind: "unprofitable"; readonly bestProfitXrd: Decimal }
  /** It would pay, if there were more of this resource to pay with. */
  | { readonly kind: "no_inventory"; readonly resource: ResourceAddress };

/**
 * The most profitable liquidation of a CDP by one payment out of inventory.
 *
 * What the ledger is taken to do (inferred; Weft V2's arithmetic is not published): value paid, up to the loan's close
 * factor, is matched with `paid × (1 + bonus)` of the named collaterals in the order named, each up to its whole value;
 * the protocol keeps its share of the bonus part. Every loan is tried. Collaterals go by bonus, highest first, which
 * is the best order for any payment, since each absorbs a fixed amount at its own rate.
 *
 * The payment never exceeds the close factor, the inventory, or what the named collaterals can match.
 * Amounts are rounded down to the resource's divisibility, values truncated at 18 digits.
 * Whether the CDP may be liquidated at all is not asked here.
 *
 * @throws {RangeError} when slippage or bonus share is not within 0 to 1, or a value leaves the range of a `Decimal`
 */
export function planLiquidation(input: PlanInput): PlanResult {
  requireFraction("slippage", input.slippage);
  requireFraction("protocolBonusShare", input.protocolBonusShare);
  const { inventory, minProfitXrd } = input;
  const affordable = bestPlan(input, ({ resource }) => inventory.get(resource) ?? DECIMAL_ZERO);
  if (affordable !== undefined && affordable.profitXrd >= minProfitXrd) return affordable;
  const wished = bestPlan(input, ({ amount }) => amount);
  if (wished !== undefined && wished.profitXrd >= minProfitXrd) {
    return { kind: "no_inventory", resource: wished.repay.resource };
  }
  const bestProfitXrd = wished?.profitXrd ?? subDecimal(DECIMAL_ZERO, input.feeXrd);
  return { kind: "unprofitable", bestProfitXrd };
}

function requireFraction(name: string, value: Decimal): void {
  if (value < 0n || value > DECIMAL_ONE) {
    throw new RangeError(`${name} must be within 0 to 1, in units of 10^-18: ${value}`);
  }
}

/** A collateral with what one needs to know to take it. */
interface Target {
  readonly collateral: PlannableCollateral;
  /** Greatest paid value it can match: value / (1 + bonus). */
  readonly matchable: Decimal;
  /** What the liquidator keeps of the bonus rate. */
  readonly netBonusRate: Decimal;
}

function bestPlan(
  input: PlanInput,
  spendable: (loan: PlannableLoan) => Decimal,
): LiquidationPlan | undefined {
  const targets = seizableTargets(input);
  const choices = input.seize === "single" ? targets.map((target) => [target]) : [targets];
  let best: LiquidationPlan | undefined;
  for (const loan of input.health.loans) {
    if (loan.price <= 0n) continue;
    const payable = minDecimal(mulDecimal(loan.amount, loan.closeFactor), spendable(loan));
    for (const choice of choices) {
      const plan = planPayment(loan, payable, choice, input);
      if (plan !== undefined && (best === undefined || plan.profitXrd > best.profitXrd)) {
        best = plan;
      }
    }
  }
  return best;
}

/** Highest bonus first; of equals the most valuable, so that fewer have to be taken. */
function seizableTargets({ health, protocolBonusShare }: PlanInput): readonly Target[] {
  const keptShare = subDecimal(DECIMAL_ONE, protocolBonusShare);
  return health.collaterals
    .filter(({ amount, value, isFromNft }) => amount > 0n && value > 0n && isFromNft !== true)
    .map((collateral) => ({
      collateral,
      matchable: divDecimal(collateral.value, addDecimal(DECIMAL_ONE, collateral.bonusRate)),
      netBonusRate: mulDecimal(collateral.bonusRate, keptShare),
    }))
    .toSorted(
      (a, b) =>
        compareDecimal(b.collateral.bonusRate, a.collateral.bonusRate) ||
        compareDecimal(b.collateral.value, a.collateral.value),
    );
}

function planPayment(
  loan: PlannableLoan,
  payable: Decimal,
  targets: readonly Target[],
  input: PlanInput,
): LiquidationPlan | undefined {
  const amount = floorToDivisibility(
    matchedAmount(payable, loan.price, targets),
    input.assetDivisibility(loan.resource),
  );
  if (amount <= 0n) return undefined;
  const paid = mulDecimal(amount, loan.price);
  if (paid <= 0n) return undefined;
  const seize = seizures(paid, targets, input);
  const tooSmall = seize.findIndex(({ expectedAmount }) => expectedAmount <= 0n);
  if (tooSmall >= 0) {
    // Paying for less than the resource's smallest amount buys nothing: leave that collateral out.
    return planPayment(loan, payable, targets.toSpliced(tooSmall, 1), input);
  }
  const received = seize.reduce((sum, { valueXrd }) => addDecimal(sum, valueXrd), DECIMAL_ZERO);
  return {
    kind: "plan",
    repay: { resource: loan.resource, amount, valueXrd: paid },
    seize,
    profitXrd: subDecimal(subDecimal(received, paid), input.feeXrd),
  };
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

/** What a paid value brings, target after target; those it does not reach are left out. */
function seizures(paid: Decimal, targets: readonly Target[], input: PlanInput): readonly Seizure[] {
  const keep = subDecimal(DECIMAL_ONE, input.slippage);
  const seize: Seizure[] = [];
  let unmatched = paid;
  for (const { collateral, matchable, netBonusRate } of targets) {
    if (unmatched <= 0n) break;
    const { resource, amount, value } = collateral;
    const matched = minDecimal(unmatched, matchable);
    unmatched = subDecimal(unmatched, matched);
    const received = addDecimal(matched, mulDecimal(matched, netBonusRate));
    const divisibility = input.assetDivisibility(resource);
    const expectedAmount = floorToDivisibility(
      mulDivDecimal(amount, received, value),
      divisibility,
    );
    seize.push({
      resource,
      expectedAmount,
      minAmount: floorToDivisibility(mulDecimal(expectedAmount, keep), divisibility),
      valueXrd: mulDivDecimal(value, expectedAmount, amount),
    });
  }
  return seize;
}
