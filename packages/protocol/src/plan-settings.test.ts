import { describe, expect, test } from "vitest";
import { type Decimal, formatDecimal, parseDecimal } from "./decimal.ts";
import { leastProfitXrd, type PlanSettings, planInputOf, spendableOf } from "./plan-settings.ts";

const XRD = "resource_sim1xrd";
const USD = "resource_sim1usd";

const settings: PlanSettings = {
  assetDivisibility: (resource) => (resource === USD ? 6 : 18),
  protocolBonusShare: parseDecimal("0.2"),
  xrd: XRD,
  feeLockXrd: parseDecimal("10"),
  minProfitXrd: parseDecimal("0.1"),
  allowedLossXrd: parseDecimal("0"),
  dustXrd: parseDecimal("1"),
  keep: new Map([[USD, parseDecimal("100")]]),
  maxSlippage: parseDecimal("0.01"),
  terms: () => ({}),
};
const amounts = (map: ReadonlyMap<string, Decimal>) =>
  Object.fromEntries(Array.from(map, ([resource, amount]) => [resource, formatDecimal(amount)]));

describe("what may be spent", () => {
  test.each([
    [XRD, "9.999999999999999999", "0"],
    [XRD, "10", "0"],
    [XRD, "10.000000000000000001", "0.000000000000000001"],
    [USD, "99", "0"],
    [USD, "100.5", "0.5"],
    ["resource_sim1btc", "0.5", "0.5"],
  ])("of %s, of which there is %s, is %s", (resource, held, spendable) => {
    const map = new Map([[resource, parseDecimal(held)]]);
    expect(amounts(spendableOf(map, settings))).toEqual({ [resource]: spendable });
  });

  test("without an account is what the loans ask, to the next unit that can be paid", () => {
    const health = {
      loans: [
        {
          resource: USD,
          amount: parseDecimal("1.0000001"),
          price: parseDecimal("2"),
          closeFactor: parseDecimal("0.5"),
        },
      ],
      collaterals: [],
      collateralValue: parseDecimal("7"),
    };
    expect(amounts(planInputOf(health, null, settings).inventory)).toEqual({
      [XRD]: "7",
      [USD]: "1.000001",
    });
  });
});

test.each([
  ["0", "0.1"],
  ["0.000000000000000001", "-0.000000000000000001"],
  ["5", "-5"],
])("who accepts a loss of %s XRD asks for a profit of %s", (loss, least) => {
  const allowedLossXrd = parseDecimal(loss);
  expect(formatDecimal(leastProfitXrd({ ...settings, allowedLossXrd }))).toBe(least);
});
