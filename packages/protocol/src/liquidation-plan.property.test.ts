import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DECIMAL_ONE, type Decimal, decimalFromSubunits, parseDecimal } from "./decimal.ts";
import { planLiquidation } from "./liquidation-plan.ts";
import type { InventoryPlan, PlanInput } from "./plan-types.ts";

const DIVISIBILITY: Readonly<Record<string, number>> = { a: 18, b: 6, c: 8, d: 0 };
const resource = fc.constantFrom("a", "b", "c", "d");

function decimal(min: bigint, max: bigint): fc.Arbitrary<Decimal> {
  return fc.bigInt({ min, max }).map(decimalFromSubunits);
}

/** Up to 10^9, down to the last digit. */
const amount = decimal(0n, 10n ** 27n);
const fraction = decimal(0n, DECIMAL_ONE);

const input: fc.Arbitrary<PlanInput> = fc.record({
  health: fc.record({
    loans: fc.array(
      fc.record({
        resource,
        amount,
        price: decimal(0n, 10n ** 24n),
        closeFactor: fraction,
      }),
      { maxLength: 3 },
    ),
    collaterals: fc.uniqueArray(
      fc.record({
        resource,
        amount,
        value: amount,
        bonusRate: decimal(0n, 2n * 10n ** 17n),
        isFromNft: fc.boolean(),
      }),
      { maxLength: 4, selector: (collateral) => collateral.resource },
    ),
  }),
  assetDivisibility: fc.constant((name: string) => DIVISIBILITY[name] ?? 18),
  inventory: fc
    .uniqueArray(fc.tuple(resource, amount), { selector: ([name]) => name })
    .map((held) => new Map(held)),
  xrd: fc.constant("a"),
  protocolBonusShare: fraction,
  feeXrd: decimal(0n, 10n ** 18n),
  minProfitXrd: decimal(-(10n ** 18n), 10n ** 20n),
  slippage: fraction,
  seize: fc.constantFrom("several" as const, "single" as const),
});

/** Runs the check on every plan that a thousand inputs lead to; about a quarter of them do. */
function forEveryPlan(check: (plan: InventoryPlan, from: PlanInput) => void): void {
  let plans = 0;
  fc.assert(
    fc.property(input, (from) => {
      const result = planLiquidation(from);
      if (result.kind !== "plan" || result.funding !== "inventory") return;
      plans += 1;
      check(result, from);
    }),
    { numRuns: 1_000 },
  );
  expect(plans).toBeGreaterThan(100);
}

describe("a plan", () => {
  it("never repays more than the close factor, the inventory and the asset allow", () => {
    forEveryPlan(({ repay }, { health, inventory }) => {
      const allowed = health.loans.some(
        (loan) =>
          loan.resource === repay.resource &&
          repay.amount * DECIMAL_ONE <= loan.amount * loan.closeFactor,
      );
      expect(allowed).toBe(true);
      expect(repay.amount).toBeGreaterThan(0n);
      expect(repay.amount).toBeLessThanOrEqual(inventory.get(repay.resource) ?? 0n);
      expect(repay.amount % 10n ** BigInt(18 - (DIVISIBILITY[repay.resource] ?? 18))).toBe(0n);
    });
  });

  it("never promises less than the least profit", () => {
    forEveryPlan(({ repay, seize, profitXrd }, { feeXrd, minProfitXrd }) => {
      const received = seize.reduce((sum, { valueXrd }) => sum + valueXrd, 0n);
      expect(profitXrd).toBe(received - repay.valueXrd - feeXrd);
      expect(profitXrd).toBeGreaterThanOrEqual(minProfitXrd);
    });
  });

  it("never pays for more than the collaterals it takes can match", () => {
    forEveryPlan(({ repay, seize }, { health }) => {
      const taken = health.collaterals.filter((held) =>
        seize.some((seizure) => seizure.resource === held.resource),
      );
      const matchable = taken.reduce(
        (sum, { value, bonusRate }) => sum + (value * DECIMAL_ONE) / (DECIMAL_ONE + bonusRate),
        0n,
      );
      expect(repay.valueXrd).toBeLessThanOrEqual(matchable);
    });
  });

  it("never takes from an NFT, nor more than there is, nor a part that the resource cannot carry", () => {
    forEveryPlan(({ seize }, { health, seize: mode }) => {
      expect(new Set(seize.map((taken) => taken.resource)).size).toBe(seize.length);
      if (mode === "single") expect(seize).toHaveLength(1);
      for (const { resource: name, expectedAmount, minAmount } of seize) {
        const held = health.collaterals.find((collateral) => collateral.resource === name);
        expect(held?.isFromNft).toBe(false);
        expect(expectedAmount).toBeGreaterThan(0n);
        expect(expectedAmount).toBeLessThanOrEqual(held?.amount ?? 0n);
        expect(minAmount).toBeLessThanOrEqual(expectedAmount);
        const step = 10n ** BigInt(18 - (DIVISIBILITY[name] ?? 18));
        expect([expectedAmount % step, minAmount % step]).toEqual([0n, 0n]);
      }
    });
  });
});

describe("planning", () => {
  it("never finds less with more inventory", () => {
    // Fine-grained resources and a least profit nobody misses: what is left is the payment itself.
    const exact = input.map((from) => ({
      ...from,
      assetDivisibility: () => 18,
      minProfitXrd: parseDecimal("-2"),
      health: {
        ...from.health,
        collaterals: from.health.collaterals.filter(({ amount: held }) => held >= DECIMAL_ONE),
      },
    }));
    fc.assert(
      fc.property(exact, (from) => {
        const before = planLiquidation(from);
        const inventory = new Map(
          [...from.inventory].map(
            ([name, held]) => [name, decimalFromSubunits(held * 2n)] as const,
          ),
        );
        const after = planLiquidation({ ...from, inventory });
        if (before.kind !== "plan") return;
        expect(after.kind).toBe("plan");
        // Every amount is rounded down to its last digit, each digit worth up to the price.
        const slack = 10n ** 12n;
        expect(after.kind === "plan" ? after.profitXrd + slack : 0n).toBeGreaterThanOrEqual(
          before.profitXrd,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("never blames the inventory when there is plenty of everything", () => {
    const plenty = new Map(
      ["a", "b", "c", "d"].map((name) => [name, parseDecimal("1000000000000")]),
    );
    fc.assert(
      fc.property(input, (from) => {
        expect(planLiquidation({ ...from, inventory: plenty }).kind).not.toBe("no_inventory");
      }),
    );
  });
});
