import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  DECIMAL_MAX,
  DECIMAL_MIN,
  type Decimal,
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
  preciseDivisor,
  subPreciseDecimal,
  toDecimal,
  toPreciseDecimal,
} from "./precise-decimal.ts";

/** The number below `modulus` that times `value` leaves 1; both without a common divisor. */
function inverseOf(value: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulus, value];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [factor, nextFactor] = [nextFactor, factor - times * nextFactor];
  }
  return ((factor % modulus) + modulus) % modulus;
}

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
    const divisor = preciseDivisor(parsePreciseDecimal(ratio));
    const quotient = divDecimalByPrecise(parseDecimal(units), divisor);
    expect(formatDecimal(quotient)).toBe(amount);
  });

  it("equals the division at 36 digits, truncated", () => {
    const units = fc.bigInt({ min: -(10n ** 20n), max: 2n ** 101n }).map(decimalFromSubunits);
    const ratio = fc.bigInt({ min: 10n ** 34n, max: 2n ** 121n });
    fc.assert(
      fc.property(units, ratio, (value, divisor) => {
        const precise = divPreciseDecimal(toPreciseDecimal(value), divisor as PreciseDecimal);
        const quotient = divDecimalByPrecise(value, preciseDivisor(divisor as PreciseDecimal));
        expect(quotient).toBe(toDecimal(precise));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([7n ** 35n, 3n ** 62n, 7n ** 42n])(
    "does not round up the quotient that is nearest below a whole number: by %d",
    (divisor) => {
      const rest = divisor - 1n;
      const least = (rest * inverseOf(10n ** 36n % divisor, divisor)) % divisor;
      const value = least + ((2n ** 100n - 1n) / divisor) * divisor;
      const ready = preciseDivisor(divisor as PreciseDecimal);
      expect((value * 10n ** 36n) % divisor).toBe(rest);
      expect(divDecimalByPrecise(value as Decimal, ready)).toBe((value * 10n ** 36n) / divisor);
    },
  );

  test.each(["0", "-1"])("refuses a divisor of %s", (divisor) => {
    expect(() => preciseDivisor(parsePreciseDecimal(divisor))).toThrow(RangeError);
  });

  it("refuses a quotient beyond the range", () => {
    const least = preciseDivisor(1n as PreciseDecimal);
    expect(() => divDecimalByPrecise(parseDecimal("10000"), least)).toThrow(RangeError);
  });
});
