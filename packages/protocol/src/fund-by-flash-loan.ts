import type { ResourceAddress } from "./cdp.ts";
import {
  addDecimal,
  ceilToDivisibility,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  type Decimal,
  divDecimal,
  floorToDivisibility,
  minDecimal,
  mulDecimal,
  mulDecimalUp,
  mulDivDecimal,
  parseDecimal,
  subDecimal,
} from "./decimal.ts";
import type {
  FlashPlan,
  FlashTerms,
  PlanInput,
  PlannableCollateral,
  PlannableLoan,
  SwapHop,
} from "./plan-types.ts";
import {
  type Expected,
  expectedSeizures,
  leastAmount,
  paymentAmount,
  type Target,
  tolerance,
} from "./seizures.ts";

/** Others use the pools too, and they were read a while ago: a tenth of what they have stays out of the plan. */
const USABLE_LIQUIDITY = parseDecimal("0.9");

/** How a seized collateral becomes the asset owed. */
interface Conversion {
  /** The deposit unit to redeem first, and what it redeems into. */
  readonly redeem: { readonly unit: ResourceAddress; readonly asset: ResourceAddress } | null;
  readonly swaps: readonly SwapHop[];
}

/**
 * Pays one loan with a flash loan of the same asset and pays that back out of one collateral, redeemed or swapped.
 * All that is seized is converted, so that what is earned is left in the asset owed and one assertion holds it.
 */
export function planByFlashLoan(
  loan: PlannableLoan,
  target: Target,
  input: PlanInput,
): FlashPlan | undefined {
  const { flash } = input;
  const lendable = flash?.liquidity(loan.resource);
  if (flash === undefined || lendable === undefined) return undefined;
  const conversion = conversionOf(target.collateral, loan.resource, flash);
  if (conversion === undefined) return undefined;
  const atHand = minDecimal(
    mulDecimal(lendable, USABLE_LIQUIDITY),
    redeemable(target.collateral, conversion, { loan, flash }),
  );
  const amount = paymentAmount(loan, atHand, [target], input);
  const paidXrd = mulDecimal(amount, loan.price);
  if (amount <= 0n || paidXrd <= 0n) return undefined;
  const [expected] = expectedSeizures(paidXrd, [target], input);
  if (expected === undefined || expected.amount <= 0n) return undefined;
  return plan({ loan, amount, paidXrd, expected, conversion, flash, input });
}

function plan({
  loan,
  amount,
  paidXrd,
  expected,
  conversion,
  flash,
  input,
}: {
  readonly loan: PlannableLoan;
  readonly amount: Decimal;
  readonly paidXrd: Decimal;
  readonly expected: Expected;
  readonly conversion: Conversion;
  readonly flash: FlashTerms;
  readonly input: PlanInput;
}): FlashPlan | undefined {
  const { resource } = loan;
  const digits = input.assetDivisibility(resource);
  const fee = ceilToDivisibility(mulDecimalUp(amount, flash.feeRate(resource)), digits);
  const flashRepayAmount = addDecimal(amount, fee);
  const received = convertedAmount(expected, conversion, { loan, flash, input });
  if (received <= flashRepayAmount) return undefined;
  const worth = {
    receivedXrd: mulDecimal(received, loan.price),
    paidXrd: mulDecimalUp(flashRepayAmount, loan.price),
  };
  const least = leastAmount(received, tolerance(worth, input), digits);
  const leftover = subDecimal(received, flashRepayAmount);
  const { collateral } = expected;
  return {
    kind: "plan",
    funding: conversion.swaps.length > 0 ? "flash_swap" : "flash_redeem",
    repay: { resource, amount, valueXrd: paidXrd },
    seize: [
      {
        resource: collateral.resource,
        expectedAmount: expected.amount,
        minAmount: DECIMAL_ZERO,
        valueXrd: expected.valueXrd,
      },
    ],
    redeem: conversion.redeem?.unit ?? null,
    swaps: conversion.swaps,
    flashRepayAmount,
    leftover: {
      expected: leftover,
      min: least > flashRepayAmount ? subDecimal(least, flashRepayAmount) : DECIMAL_ZERO,
    },
    profitXrd: subDecimal(mulDecimal(leftover, loan.price), input.feeXrd),
  };
}

function conversionOf(
  { resource, resourceType, underlying }: PlannableCollateral,
  owed: ResourceAddress,
  { route }: FlashTerms,
): Conversion | undefined {
  const isUnit = resourceType === "deposit_unit";
  if (isUnit && !underlying) return undefined;
  const asset = isUnit && underlying ? underlying : resource;
  const redeem = isUnit ? { unit: resource, asset } : null;
  if (asset === owed) return { redeem, swaps: [] };
  const swaps = route(asset, owed);
  return swaps === undefined || swaps.length === 0 ? undefined : { redeem, swaps };
}

/** The payment at which the pool of what is redeemed has no more to give, in the asset owed. */
function redeemable(
  { price = DECIMAL_ZERO, bonusRate }: PlannableCollateral,
  { redeem }: Conversion,
  { loan, flash }: { readonly loan: PlannableLoan; readonly flash: FlashTerms },
): Decimal {
  if (redeem === null) return loan.amount;
  const there = flash.liquidity(redeem.asset) ?? DECIMAL_ZERO;
  const valueXrd = mulDecimal(mulDecimal(there, USABLE_LIQUIDITY), price);
  const payableXrd = divDecimal(valueXrd, addDecimal(DECIMAL_ONE, bonusRate));
  return payableXrd >= mulDecimal(loan.amount, loan.price)
    ? loan.amount
    : divDecimal(payableXrd, loan.price);
}

/** What comes of the seized collateral in the asset owed, rounded down at every step. */
function convertedAmount(
  { collateral, amount, valueXrd }: Expected,
  { redeem, swaps }: Conversion,
  {
    loan,
    flash,
    input,
  }: { readonly loan: PlannableLoan; readonly flash: FlashTerms; readonly input: PlanInput },
): Decimal {
  const { price, value, amount: held } = collateral;
  let asset = { amount, valueXrd };
  if (redeem !== null) {
    if (price === undefined || price <= 0n) return DECIMAL_ZERO;
    const whole = divDecimal(value, price);
    const redeemed = floorToDivisibility(
      mulDivDecimal(whole, amount, held),
      input.assetDivisibility(redeem.asset),
    );
    asset = { amount: redeemed, valueXrd: mulDecimal(redeemed, price) };
  }
  if (swaps.length === 0) return asset.amount;
  const soldXrd = mulDecimal(asset.valueXrd, subDecimal(DECIMAL_ONE, flash.swapLoss));
  return floorToDivisibility(
    divDecimal(soldXrd, loan.price),
    input.assetDivisibility(loan.resource),
  );
}
