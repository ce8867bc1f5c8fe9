import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  DECIMAL_MAX,
  DECIMAL_MIN,
  decimalFromSubunits,
  formatDecimal,
  parseDecimal,
} from "./decimal.ts";
import {
  addPreciseDecimal,
  comparePreciseDecimal,
  divDecimalByPrecise,
  divPreciseDecimal,
  formatPreciseDecimal,
  mulPreciseDecimal,
  PRECISE_DECIMAL_MAX,
  PRECISE_DECIMAL_MIN,
  PRECISE_DECIMAL_ONE,
  PRECISE_DECIMAL_ZERO,
  type PreciseDecimal,
  parsePreciseDecimal,
  subPreciseDecimal,
  toDecimal,
  toPreciseDecimal,
} from "./precise-decimal.ts";

const GREATEST = "57896044618658097711785492504343953926634.992332820282019728792003956564819967";
const LEAST = "-57896044618658097711785492504343953926634.992332820282019728792003956564819968";

describe("text", () => {
  test.each([
    ["0.000000000000000000000000000000000001", 1n],
    ["-1.5", -1_500_000_000_000_000_000_000_000_000_000_000_000n],
    [GREATEST, 2n ** 255n - 1n],
    [LEAST, -(2n ** 255n)],
  ])("reads %s exactly, and writes it again", (text, subunits) => {
    expect(parsePreciseDecimal(text)).toBe(subunits);
    expect(formatPreciseDecimal(subunits as PreciseDecimal)).toBe(text);
  });

  test.each(["", "1e-3", ".5", "1."])("refuses %j as no decimal", (text) => {
    expect(() => parsePreciseDecimal(text)).toThrow(SyntaxError);
  });

  test.each([
    `0.${"0".repeat(36)}1`,
    "57896044618658097711785492504343953926634.992332820282019728792003956564819968",
    "-57896044618658097711785492504343953926634.992332820282019728792003956564819969",
  ])("refuses %s, which it cannot hold", (text) => {
    expect(() => parsePreciseDecimal(text)).toThrow(RangeError);
  });

  it("round-trips every value", () => {
    const any = fc.bigInt({ min: PRECISE_DECIMAL_MIN, max: PRECISE_DECIMAL_MAX });
    fc.assert(
      fc.property(any, (value) => {
        const text = formatPreciseDecimal(value as PreciseDecimal);
        expect(parsePreciseDecimal(text)).toBe(value);
      }),
    );
  });
});

describe("arithmetic", () => {
  it("truncates products and quotients toward zero at 36 digits", () => {
    const third = divPreciseDecimal(PRECISE_DECIMAL_ONE, parsePreciseDecimal("-3"));
    expect(formatPreciseDecimal(third)).toBe("-0.333333333333333333333333333333333333");
    expect(formatPreciseDecimal(mulPreciseDecimal(third, third))).toBe(
      "0.11111111111111111111111111111111111",
    );
  });

  it("refuses overflow at the very last digit and division by zero", () => {
    const last = 1n as PreciseDecimal;
    expect(addPreciseDecimal(subPreciseDecimal(PRECISE_DECIMAL_MAX, last), last)).toBe(
      PRECISE_DECIMAL_MAX,
    );
    expect(() => addPreciseDecimal(PRECISE_DECIMAL_MAX, last)).toThrow(RangeError);
    expect(() => subPreciseDecimal(PRECISE_DECIMAL_MIN, last)).toThrow(RangeError);
    expect(() => mulPreciseDecimal(PRECISE_DECIMAL_MAX, parsePreciseDecimal("2"))).toThrow(
      RangeError,
    );
    expect(() => divPreciseDecimal(PRECISE_DECIMAL_ONE, PRECISE_DECIMAL_ZERO)).toThrow(RangeError);
  });

  it("orders values", () => {
    const [one, two] = [PRECISE_DECIMAL_ONE, parsePreciseDecimal("2")];
    expect(comparePreciseDecimal(one, two)).toBe(-1);
    expect(comparePreciseDecimal(two, one)).toBe(1);
    expect(comparePreciseDecimal(one, one)).toBe(0);
  });
});

describe("between the two formats", () => {
  test.each([
    ["1.999999999999999999999", "1.999999999999999999"],
    ["-1.999999999999999999999", "-1.999999999999999999"],
    ["0.0000000000000000009", "0"],
  ])("%s truncates toward zero to %s", (precise, decimal) => {
    expect(formatDecimal(toDecimal(parsePreciseDecimal(precise)))).toBe(decimal);
  });

  it("refuses a value beyond the range of a Decimal", () => {
    expect(() => toDecimal(PRECISE_DECIMAL_MAX)).toThrow(RangeError);
  });

  it("takes every Decimal up, and back unchanged", () => {
    const any = fc.bigInt({ min: DECIMAL_MIN, max: DECIMAL_MAX }).map(decimalFromSubunits);
    fc.assert(
      fc.property(any, (value) => {
        expect(toDecimal(toPreciseDecimal(value))).toBe(value);
      }),
      { examples: [[DECIMAL_MAX], [DECIMAL_MIN]] },
    );
  });
});

describe("divDecimalByPrecise", () => {
  test.each([
    ["1", "1", "1"],
    ["144.2", "0.5", "288.4"],
    ["1", "0.999999999999999999999999999999999999", "1"],
    ["1", "3", "0.333333333333333333"],
    ["-1", "3", "-0.333333333333333333"],
    ["0", "0.7", "0"],
    ["47202009.98", "0.998351556", "47279948.327140184273925246"],
  ])("%s units at a ratio of %s are %s", (units, ratio, amount) => {
    const quotient = divDecimalByPrecise(parseDecimal(units), parsePreciseDecimal(ratio));
    expect(formatDecimal(quotient)).toBe(amount);
  });

  it("equals the division at 36 digits, truncated", () => {
    const units = fc.bigInt({ min: 0n, max: 10n ** 36n }).map(decimalFromSubunits);
    const ratio = fc.bigInt({ min: 10n ** 34n, max: 10n ** 36n });
    fc.assert(
      fc.property(units, ratio, (value, divisor) => {
        const precise = divPreciseDecimal(toPreciseDecimal(value), divisor as PreciseDecimal);
        expect(divDecimalByPrecise(value, divisor as PreciseDecimal)).toBe(toDecimal(precise));
      }),
    );
  });

  it("refuses a ratio of zero", () => {
    expect(() => divDecimalByPrecise(parseDecimal("1"), PRECISE_DECIMAL_ZERO)).toThrow(RangeError);
  });
});
