import { formatDecimal, parseDecimal } from "@weft/protocol";
import { expect, test } from "vitest";
import { halfway } from "../../test/sample-health.ts";
import { asIfUnderWater } from "./as-if-under-water.ts";

test("of every collateral so much is left as takes the CDP to its line; what it owes and every price stay", () => {
  const sunk = asIfUnderWater(halfway);
  expect(sunk.collaterals.map(({ amount, value, price }) => [amount, value, price])).toEqual([
    [parseDecimal("250"), parseDecimal("250"), parseDecimal("1")],
  ]);
  expect(formatDecimal(sunk.liquidationCollateralValue)).toBe("200");
  expect(formatDecimal(sunk.liquidationLtv)).toBe("1.000000000000000001");
  expect(sunk.loans).toBe(halfway.loans);
});

test("what is over the line stays as it is, and what is right at it does not count as over", () => {
  const over = { ...halfway, liquidationLtv: parseDecimal("1.000000000000000001") };
  expect(asIfUnderWater(over)).toBe(over);
  const at = { ...halfway, liquidationLtv: parseDecimal("1") };
  expect(asIfUnderWater(at)).toMatchObject({ liquidationLtv: over.liquidationLtv });
});
