import { addDecimal, DECIMAL_ZERO, type Decimal, mulDecimal, subDecimal } from "./decimal.ts";
import type { InventoryPlan, PlanInput, PlannableLoan } from "./plan-types.ts";
import {
  expectedSeizures,
  leastAmount,
  paymentAmount,
  type Target,
  tolerance,
} from "./seizures.ts";

/** Pays one loan out of the inventory and keeps what of the targets comes for it, in their order. */
export function planFromInventory(
  loan: PlannableLoan,
  targets: readonly Target[],
  input: PlanInput,
): InventoryPlan | undefined {
  const atHand = input.inventory.get(loan.resource) ?? DECIMAL_ZERO;
  return payFor(targets, { loan, atHand, input });
}

function payFor(
  targets: readonly Target[],
  from: { readonly loan: PlannableLoan; readonly atHand: Decimal; readonly input: PlanInput },
): InventoryPlan | undefined {
  const { loan, atHand, input } = from;
  const amount = paymentAmount(loan, atHand, targets, input);
  if (amount <= 0n) return undefined;
  const paidXrd = mulDecimal(amount, loan.price);
  if (paidXrd <= 0n) return undefined;
  const expected = expectedSeizures(paidXrd, targets, input);
  const tooSmall = expected.findIndex((seized) => seized.amount <= 0n);
  if (tooSmall >= 0) {
    // Paying for less than the resource's smallest amount buys nothing: leave that collateral out.
    return payFor(targets.toSpliced(tooSmall, 1), from);
  }
  const receivedXrd = expected.reduce((sum, one) => addDecimal(sum, one.valueXrd), DECIMAL_ZERO);
  const missing = tolerance({ receivedXrd, paidXrd }, input);
  return {
    kind: "plan",
    funding: "inventory",
    repay: { resource: loan.resource, amount, valueXrd: paidXrd },
    seize: expected.map(({ collateral: { resource }, amount: expectedAmount, valueXrd }) => ({
      resource,
      expectedAmount,
      minAmount: leastAmount(expectedAmount, missing, input.assetDivisibility(resource)),
      valueXrd,
    })),
    profitXrd: subDecimal(subDecimal(receivedXrd, paidXrd), input.feeXrd),
  };
}
