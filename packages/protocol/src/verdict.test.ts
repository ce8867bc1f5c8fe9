import { describe, expect, it, test } from "vitest";
import { DECIMAL_MAX, type Decimal, parseDecimal } from "./decimal.ts";
import type { ValuedHealth } from "./health.ts";
import { isLiquidatable, screen } from "./verdict.ts";

const LINES = { confirmFrom: parseDecimal("0.95"), badDebtCollateralXrd: parseDecimal("1") };

function valued(ltv: string | Decimal, collateralXrd: string, loanXrd = "100"): ValuedHealth {
  return {
    kind: "valued",
    loanValue: parseDecimal(loanXrd),
    adjustedLoanValue: parseDecimal(loanXrd),
    collateralValue: parseDecimal(collateralXrd),
    liquidationCollateralValue: parseDecimal(collateralXrd),
    liquidationLtv: typeof ltv === "string" ? parseDecimal(ltv) : ltv,
    loans: [],
    collaterals: [],
  };
}

describe("screen", () => {
  test.each([
    ["far from the line", valued("0.5", "300"), "healthy"],
    ["just under the margin", valued("0.949999999999999999", "140"), "healthy"],
    ["at the margin", valued("0.95", "130"), "confirm"],
    ["at the line", valued("1", "125"), "confirm"],
    ["over the line", valued("1.000000000000000001", "125"), "confirm"],
    ["under water, with something to take", valued("50", "1.000000000000000001"), "confirm"],
    ["under water, with next to nothing", valued("50", "1"), "bad_debt"],
    ["no collateral at all", valued(DECIMAL_MAX, "0"), "bad_debt"],
    ["small but well covered", valued("0.5", "0.8", "0.3"), "healthy"],
    ["small, at the line", valued("1", "0.8", "0.6"), "confirm"],
    ["a debt too small to have a value", valued("0", "0", "0"), "healthy"],
  ])("%s", (_what, health, verdict) => {
    expect(screen(health, LINES, new Map())).toBe(verdict);
  });

  it("asks nothing about a CDP without debt", () => {
    expect(screen({ kind: "no_debt" }, LINES, new Map())).toBe("no_debt");
  });

  it("asks the ledger about what cannot be valued", () => {
    const health = { kind: "unvaluable", reason: "expired_price", resource: "resource_a" } as const;
    expect(screen(health, LINES, new Map())).toBe("confirm");
  });
});

describe("isLiquidatable", () => {
  test.each([
    ["0.999999999999999999", false],
    ["1", false],
    ["1.000000000000000001", true],
  ])("a ratio of %s: %s", (ltv, liquidatable) => {
    expect(isLiquidatable(parseDecimal(ltv))).toBe(liquidatable);
  });
});
