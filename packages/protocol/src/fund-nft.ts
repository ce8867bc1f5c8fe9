import {
  addDecimal,
  ceilToDivisibility,
  compareDecimal,
  DECIMAL_ZERO,
  type Decimal,
  divDecimalUp,
  minDecimal,
  mulDecimal,
  subDecimal,
} from "./decimal.ts";
import {
  type NftPlan,
  type PlanInput,
  type PlannableLoan,
  type PlannableNft,
  type Repayment,
  spendOf,
} from "./plan-types.ts";

/**
 * Takes one NFT at the price that the ledger names: debt first, and XRD for the borrower and the protocol.
 * Nothing of it can turn out worse: what is paid is fixed, and so is what comes for it.
 *
 * @param loans those that may be repaid; paid in this order until the price is paid
 */
export function planNft(
  nft: PlannableNft,
  loans: readonly PlannableLoan[],
  input: PlanInput,
): NftPlan | undefined {
  const payments = paymentsOf(nft.loanPaymentValue, loans, input);
  if (payments === undefined || nft.value <= 0n) return undefined;
  const compensationXrd = addDecimal(nft.compensationValue, nft.liquidationFee);
  const paid = payments.reduce((sum, one) => addDecimal(sum, one.valueXrd), DECIMAL_ZERO);
  const cost = addDecimal(addDecimal(paid, compensationXrd), input.feeXrd);
  const plan: NftPlan = {
    kind: "plan",
    funding: "nft",
    payments,
    nft: { resource: nft.resource, id: nft.id },
    nftValueXrd: nft.value,
    compensationXrd,
    profitXrd: subDecimal(nft.value, cost),
  };
  const affordable = [...spendOf(plan, input.xrd)].every(
    ([resource, amount]) => amount <= (input.inventory.get(resource) ?? DECIMAL_ZERO),
  );
  return affordable ? plan : undefined;
}

/** Which orders to pay loans in: each alone, and all together from the largest on. */
export function paymentOrders(loans: readonly PlannableLoan[]): (readonly PlannableLoan[])[] {
  const value = (loan: PlannableLoan) => mulDecimal(loan.amount, loan.price);
  const priced = loans.filter((loan) => loan.price > 0n && loan.amount > 0n);
  const alone = priced.map((loan) => [loan]);
  if (priced.length < 2) return alone;
  return [...alone, priced.toSorted((a, b) => compareDecimal(value(b), value(a)))];
}

function paymentsOf(
  dueXrd: Decimal,
  loans: readonly PlannableLoan[],
  { assetDivisibility }: PlanInput,
): readonly Repayment[] | undefined {
  const payments: Repayment[] = [];
  let left = dueXrd;
  for (const { resource, amount, price } of loans) {
    if (left <= 0n) break;
    const owed = mulDecimal(amount, price);
    // A loan that is paid off is paid off whole: a part of its last digit would stay as a debt.
    const due = left >= owed ? amount : minDecimal(amount, divDecimalUp(left, price));
    const paid = ceilToDivisibility(due, assetDivisibility(resource));
    const valueXrd = mulDecimal(paid, price);
    payments.push({ resource, amount: paid, valueXrd });
    left = valueXrd >= left ? DECIMAL_ZERO : subDecimal(left, valueXrd);
  }
  return left > 0n || payments.length === 0 ? undefined : payments;
}
