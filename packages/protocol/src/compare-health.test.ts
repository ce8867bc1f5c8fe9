import { expect, it } from "vitest";
import { compareHealth } from "./compare-health.ts";
import { parseDecimal } from "./decimal.ts";
import type { ValuedHealth } from "./health.ts";

const XRD = "resource_sim1xrd";

/** Owes 80 against 125, good for 100: 0.8 of the way to the line. */
const ours = {
  kind: "valued",
  loanValue: parseDecimal("80"),
  adjustedLoanValue: parseDecimal("80"),
  collateralValue: parseDecimal("125"),
  liquidationCollateralValue: parseDecimal("100"),
  liquidationLtv: parseDecimal("0.8"),
  loans: [{ resource: XRD }],
  collaterals: [],
} as unknown as ValuedHealth;

const compare = (loan: string, collateral: string, ltv: string, growth = "0") =>
  compareHealth(
    ours,
    {
      loanValue: parseDecimal(loan),
      collateralValue: parseDecimal(collateral),
      liquidationLtv: parseDecimal(ltv),
    },
    {
      confirmFrom: parseDecimal("0.99"),
      pending: new Map([[XRD, parseDecimal(growth)]]),
    },
  );

it.each([
  ["the same to the last digit", "80", "125", "0.8", "agrees"],
  ["healthier than believed", "80", "125", "0.4", "agrees"],
  ["worse, by just what screening leaves", "80", "125", "0.808080808080808080", "agrees"],
  ["worse by more than that", "80", "125", "0.808080808080808083", "deviates"],
  ["over the line, believed far from it", "80", "125", "1.2", "deviates"],
  ["worth 0.1 % less", "80", "124.875", "0.8", "agrees"],
  ["worth less than that", "80", "124.874999999999999999", "1.2", "moved"],
  ["worth more", "80", "125.125000000000000001", "1.2", "moved"],
  ["owing 0.1 % more", "80.08", "125", "0.8", "agrees"],
  ["owing more than that", "80.080000000000000001", "125", "1.2", "moved"],
  ["owing less", "79.919999999999999999", "125", "1.2", "moved"],
])(
  "a CDP that the ledger finds %s: %s owed, %s held, at %s",
  (_what, loan, collateral, ltv, said) => {
    expect(compare(loan, collateral, ltv)).toBe(said);
  },
);

it("allows for the interest that the pool has not written, in what is owed and in the ratio", () => {
  expect(compare("88.088", "125", "0.88", "0.1")).toBe("agrees");
  expect(compare("88.088", "125", "0.8888888888888889", "0.1")).toBe("deviates");
  expect(compare("88.089", "125", "0.88", "0.1")).toBe("moved");
});
