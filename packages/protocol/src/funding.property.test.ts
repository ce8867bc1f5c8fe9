import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { DECIMAL_ONE, type Decimal, decimalFromSubunits, parseDecimal } from "./decimal.ts";
import { planLiquidation, rankPlans } from "./liquidation-plan.ts";
import { type LiquidationPlan, type PlanInput, spendOf } from "./plan-types.ts";

const DIVISIBILITY: Readonly<Record<string, number>> = { xrd: 18, usd: 6, btc: 8, unit: 6 };
const LIQUIDITY = parseDecimal("500000");
const ASSETS = ["xrd", "usd", "btc"] as const;

function decimal(min: bigint, max: bigint): fc.Arbitrary<Decimal> {
  return fc.bigInt({ min, max }).map(decimalFromSubunits);
}

const amount = decimal(10n ** 18n, 10n ** 24n);
const price = decimal(10n ** 17n, 10n ** 20n);
const part = decimal(0n, 10n ** 17n);

/** A market in which a collateral's value is its amount at its price, as a ledger has it. */
const input = fc
  .record({
    prices: fc.record({ xrd: fc.constant(DECIMAL_ONE), usd: price, btc: price }),
    loans: fc.uniqueArray(fc.tuple(fc.constantFrom(...ASSETS), amount), {
      minLength: 1,
      maxLength: 2,
      selector: ([asset]) => asset,
    }),
    collaterals: fc.uniqueArray(
      fc.tuple(fc.constantFrom(...ASSETS, "unit" as const), amount, part),
      { maxLength: 3, selector: ([asset]) => asset },
    ),
    nfts: fc.array(fc.tuple(amount, part, fc.integer({ min: 0, max: 100 })), { maxLength: 2 }),
    held: fc.record({ xrd: decimal(0n, 10n ** 24n), usd: decimal(0n, 10n ** 24n) }),
    closeFactor: decimal(10n ** 17n, DECIMAL_ONE),
    slippage: part,
    swapLoss: part,
    guardFeeXrd: decimal(0n, 10n ** 20n),
    dustXrd: decimal(0n, 10n ** 20n),
    allowedLossXrd: fc.oneof(fc.constant(0n as Decimal), decimal(0n, 10n ** 20n)),
  })
  .map(({ prices, loans, collaterals, nfts, held, closeFactor, ...rest }) => {
    const priced = loans.map(([resource, owed]) => ({
      resource,
      amount: owed,
      price: prices[resource],
      closeFactor,
    }));
    const debt = priced.reduce((sum, loan) => sum + (loan.amount * loan.price) / DECIMAL_ONE, 0n);
    return {
      ...rest,
      health: {
        loans: priced,
        collaterals: collaterals.map(([resource, amountHeld, bonusRate]) => {
          const unitPrice = prices[resource === "unit" ? "usd" : resource];
          return {
            resource,
            amount: floor(amountHeld, resource),
            value: ((floor(amountHeld, resource) * unitPrice) / DECIMAL_ONE) as Decimal,
            bonusRate,
            price: unitPrice,
            resourceType: resource === "unit" ? ("deposit_unit" as const) : ("token" as const),
            underlying: resource === "unit" ? "usd" : null,
          };
        }),
        nfts: nfts.map(([value, bonus, share], index) => {
          const discounted = (value * DECIMAL_ONE) / (DECIMAL_ONE + bonus);
          const payable = (debt * BigInt(share)) / 100n;
          const paid = discounted < payable ? discounted : payable;
          return {
            resource: "nft",
            id: `#${index}#`,
            value,
            loanPaymentValue: paid as Decimal,
            compensationValue: (discounted - paid) as Decimal,
            liquidationFee: ((value - discounted) / 5n) as Decimal,
            nftType: "nft" as const,
          };
        }),
      },
      assetDivisibility: (resource: string) => DIVISIBILITY[resource] ?? 18,
      inventory: new Map(Object.entries(held)),
      xrd: "xrd",
      protocolBonusShare: parseDecimal("0.2"),
      feeXrd: 0n as Decimal,
      minProfitXrd: parseDecimal("0.1"),
      flash: {
        liquidity: () => LIQUIDITY,
        feeRate: () => parseDecimal("0.001"),
        route: (from: string, to: string) => [{ pool: `${from}/${to}`, input: from }],
        swapLoss: rest.swapLoss,
      },
    };
  });

function floor(value: Decimal, resource: string): Decimal {
  const step = 10n ** BigInt(18 - (DIVISIBILITY[resource] ?? 18));
  return (value - (value % step)) as Decimal;
}

/** Every plan that two thousand inputs lead to, not only the best. */
function forEveryPlan(check: (plan: LiquidationPlan, from: PlanInput) => void): void {
  const seen = new Set<string>();
  fc.assert(
    fc.property(input, (from) => {
      for (const plan of rankPlans(from)) {
        seen.add(plan.funding);
        check(plan, from);
      }
    }),
    { numRuns: 2_000 },
  );
  expect([...seen].toSorted()).toEqual(["flash_redeem", "flash_swap", "inventory", "nft"]);
}

describe("whatever pays for it, a plan", () => {
  it("never repays more than is owed, nor more than the close factor of what is not an NFT", () => {
    forEveryPlan((plan, { health }) => {
      const payments = plan.funding === "nft" ? plan.payments : [plan.repay];
      for (const { resource, amount: paid } of payments) {
        const loan = health.loans.find((one) => one.resource === resource);
        const step = 10n ** BigInt(18 - (DIVISIBILITY[resource] ?? 18));
        const owed = loan?.amount ?? 0n;
        expect(paid % step).toBe(0n);
        if (plan.funding === "nft") expect(paid).toBeLessThan(owed + step);
        else expect(paid * DECIMAL_ONE).toBeLessThanOrEqual(owed * (loan?.closeFactor ?? 0n));
      }
    });
  });

  it("never spends what the account does not have, nor borrows what the pool does not have", () => {
    forEveryPlan((plan, { inventory, xrd }) => {
      for (const [resource, spent] of spendOf(plan, xrd)) {
        expect(spent).toBeLessThanOrEqual(inventory.get(resource) ?? 0n);
      }
      if (plan.funding === "flash_swap" || plan.funding === "flash_redeem") {
        expect(spendOf(plan, xrd).size).toBe(0);
        expect(plan.repay.amount * 10n).toBeLessThanOrEqual(LIQUIDITY * 9n);
        expect(plan.flashRepayAmount * 1_000n).toBeGreaterThanOrEqual(plan.repay.amount * 1_001n);
      }
    });
  });

  it("never earns less than it must, nor loses more than it is told it may", () => {
    forEveryPlan((plan, { allowedLossXrd = 0n, minProfitXrd }) => {
      const least = allowedLossXrd > 0n ? -allowedLossXrd : minProfitXrd;
      expect(plan.profitXrd).toBeGreaterThanOrEqual(least);
    });
  });

  it("has a guard that lets no loss through: at its least it brings back payment and dearest fee, or all it can", () => {
    forEveryPlan((plan, { health, guardFeeXrd = 0n, allowedLossXrd = 0n }) => {
      if (plan.funding === "nft") return;
      const owedPrice = health.loans.find((l) => l.resource === plan.repay.resource)?.price ?? 0n;
      if (plan.funding === "inventory") {
        const least = plan.seize.reduce(
          (sum, { minAmount, expectedAmount, valueXrd }) =>
            sum + (valueXrd * minAmount) / expectedAmount,
          0n,
        );
        const strict = plan.seize.every((one) => one.minAmount === one.expectedAmount);
        const safe = least + 10n + allowedLossXrd >= plan.repay.valueXrd + guardFeeXrd;
        expect(strict || safe).toBe(true);
        return;
      }
      const { min, expected } = plan.leftover;
      const safe = (min * owedPrice) / DECIMAL_ONE + 200n + allowedLossXrd >= guardFeeXrd;
      expect(min === expected || safe).toBe(true);
      expect(min).toBeLessThanOrEqual(expected);
    });
  });

  it("leaves no dust of a loan", () => {
    forEveryPlan((plan, { health, dustXrd = 0n }) => {
      if (plan.funding === "nft") return;
      const loan = health.loans.find(({ resource }) => resource === plan.repay.resource);
      const left = (loan?.amount ?? 0n) - plan.repay.amount;
      const leftXrd = (left * (loan?.price ?? 0n)) / DECIMAL_ONE;
      expect(left === 0n || leftXrd >= dustXrd).toBe(true);
    });
  });
});

test("the plans come in the order of what they earn, and the first is the one that is planned", () => {
  fc.assert(
    fc.property(input, (from) => {
      const plans = rankPlans(from);
      const profits = plans.map(({ profitXrd }) => profitXrd);
      expect(profits).toEqual(profits.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
      const planned = planLiquidation(from);
      if (plans.length > 0) expect(planned).toEqual(plans[0]);
      else expect(planned.kind).not.toBe("plan");
    }),
  );
});

test("what is twice as large earns twice as much", () => {
  const twice = (value: Decimal) => (value * 2n) as Decimal;
  const fine = input.map((from) => ({
    ...from,
    assetDivisibility: () => 18,
    dustXrd: 0n as Decimal,
    allowedLossXrd: parseDecimal("1000000000"),
  }));
  let plans = 0;
  fc.assert(
    fc.property(fine, (from) => {
      const one = planLiquidation(from);
      const two = planLiquidation({
        ...from,
        inventory: new Map([...from.inventory].map(([r, held]) => [r, twice(held)])),
        flash: { ...from.flash, liquidity: () => twice(LIQUIDITY) },
        health: {
          loans: from.health.loans.map((loan) => ({ ...loan, amount: twice(loan.amount) })),
          collaterals: from.health.collaterals.map((held) => ({
            ...held,
            amount: twice(held.amount),
            value: twice(held.value),
          })),
          nfts: from.health.nfts.map((nft) => ({
            ...nft,
            value: twice(nft.value),
            loanPaymentValue: twice(nft.loanPaymentValue),
            compensationValue: twice(nft.compensationValue),
            liquidationFee: twice(nft.liquidationFee),
          })),
        },
      });
      if (one.kind !== "plan" || two.kind !== "plan") return;
      plans += 1;
      const difference = two.profitXrd - one.profitXrd * 2n;
      const slack = 10n ** 6n;
      expect(difference < slack && difference > -slack).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(plans).toBeGreaterThan(250);
});
