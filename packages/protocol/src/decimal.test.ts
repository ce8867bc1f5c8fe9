import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  addDecimal,
  cappedDecimal,
  compareDecimal,
  DECIMAL_MAX,
  DECIMAL_MIN,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  type Decimal,
  decimalFromSubunits,
  divDecimal,
  floorToDivisibility,
  formatDecimal,
  minDecimal,
  mulDecimal,
  mulDivDecimal,
  parseDecimal,
  subDecimal,
} from "./decimal.ts";

const GREATEST = "3138550867693340381917894711603833208051.177722232017256447";
const LEAST = "-3138550867693340381917894711603833208051.177722232017256448";

const anyDecimal = fc
  .bigInt({ min: DECIMAL_MIN, max: DECIMAL_MAX })
  .map((value) => decimalFromSubunits(value));
const amount = fc.bigInt({ min: 0n, max: 10n ** 36n }).map((value) => decimalFromSubunits(value));

describe("parseDecimal", () => {
  test.each([
    ["0", 0n],
    ["-0", 0n],
    ["-0.000", 0n],
    ["1", 1_000_000_000_000_000_000n],
    ["007.5", 7_500_000_000_000_000_000n],
    ["0.000000000000000001", 1n],
    ["-0.000000000000000001", -1n],
    ["225.57", 225_570_000_000_000_000_000n],
    [GREATEST, 2n ** 191n - 1n],
    [LEAST, -(2n ** 191n)],
  ])("reads %s exactly", (text, subunits) => {
    expect(parseDecimal(text)).toBe(subunits);
  });

  test.each([
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    ".",
    ".5",
    "5.",
    "+1",
    "--1",
    "-",
    "1e3",
    "1E-3",
    "0x10",
    "1_000",
    "1,5",
    "1.2.3",
    "NaN",
    "Infinity",
    "٣",
  ])("refuses %j as no decimal", (text) => {
    expect(() => parseDecimal(text)).toThrow(SyntaxError);
  });

  test.each([
    ["0.0000000000000000001", "more than 18 digits after the point"],
    ["1.0000000000000000000", "more than 18 digits after the point"],
    [
      "3138550867693340381917894711603833208051.177722232017256448",
      "beyond the range of a Decimal",
    ],
    [
      "-3138550867693340381917894711603833208051.177722232017256449",
      "beyond the range of a Decimal",
    ],
    ["9".repeat(1_000_000), "beyond the range of a Decimal"],
  ])("refuses what it cannot hold rather than round it", (text, message) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
    expect(() => parseDecimal(text)).toThrow(message);
  });

  it("quotes the bad text, cut short", () => {
    expect(() => parseDecimal("1e3")).toThrow('not a Decimal: "1e3"');
    expect(() => parseDecimal("x".repeat(500))).toThrow(`not a Decimal: "${"x".repeat(60)}…"`);
  });
});

describe("formatDecimal", () => {
  test.each([
    [0n, "0"],
    [1n, "0.000000000000000001"],
    [-1n, "-0.000000000000000001"],
    [1_500_000_000_000_000_000n, "1.5"],
    [-10_000_000_000_000_000_000n, "-10"],
    [2n ** 191n - 1n, GREATEST],
    [-(2n ** 191n), LEAST],
  ])("writes %s as %s", (subunits, text) => {
    expect(formatDecimal(decimalFromSubunits(subunits))).toBe(text);
  });

  it("writes what parses back to the same value", () => {
    fc.assert(
      fc.property(anyDecimal, (value) => {
        expect(parseDecimal(formatDecimal(value))).toBe(value);
      }),
    );
  });
});

describe("arithmetic", () => {
  test.each([
    ["2", "3", "6"],
    ["1.5", "1.5", "2.25"],
    ["0.000000000000000001", "0.5", "0"],
    ["-0.000000000000000001", "0.5", "0"],
    ["0.000000000000000003", "0.5", "0.000000000000000001"],
    ["-0.000000000000000003", "0.5", "-0.000000000000000001"],
    [GREATEST, "1", GREATEST],
    ["1", GREATEST, GREATEST],
    ["0", LEAST, "0"],
  ])("%s × %s truncates toward zero to %s", (a, b, product) => {
    expect(formatDecimal(mulDecimal(parseDecimal(a), parseDecimal(b)))).toBe(product);
  });

  test.each([
    ["1", "3", "0.333333333333333333"],
    ["-1", "3", "-0.333333333333333333"],
    ["1", "-3", "-0.333333333333333333"],
    ["2", "3", "0.666666666666666666"],
    ["0", "3", "0"],
    ["0.000000000000000001", "2", "0"],
    ["7", "7", "1"],
  ])("%s / %s truncates toward zero to %s", (a, b, quotient) => {
    expect(formatDecimal(divDecimal(parseDecimal(a), parseDecimal(b)))).toBe(quotient);
  });

  it("refuses overflow at the very last digit and division by zero", () => {
    const last = decimalFromSubunits(1n);
    expect(addDecimal(subDecimal(DECIMAL_MAX, last), last)).toBe(DECIMAL_MAX);
    expect(() => addDecimal(DECIMAL_MAX, last)).toThrow(RangeError);
    expect(() => subDecimal(DECIMAL_MIN, last)).toThrow(RangeError);
    expect(() => mulDecimal(DECIMAL_MAX, parseDecimal("1.000000000000000001"))).toThrow(RangeError);
    expect(() => divDecimal(DECIMAL_ONE, DECIMAL_ZERO)).toThrow(RangeError);
    expect(() => divDecimal(DECIMAL_MAX, parseDecimal("0.5"))).toThrow(RangeError);
    expect(() => mulDivDecimal(DECIMAL_MAX, DECIMAL_MAX, DECIMAL_ONE)).toThrow(RangeError);
    expect(() => decimalFromSubunits(2n ** 191n)).toThrow(RangeError);
  });

  it("takes a share of an amount with one truncation only", () => {
    const [a, b, c] = [parseDecimal("10"), parseDecimal("1"), parseDecimal("3")];
    expect(formatDecimal(mulDivDecimal(a, b, c))).toBe("3.333333333333333333");
    expect(mulDivDecimal(DECIMAL_MAX, DECIMAL_MAX, DECIMAL_MAX)).toBe(DECIMAL_MAX);
  });

  it("loses less than one last digit in a product, and never gains", () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const lost = a * b - mulDecimal(a, b) * DECIMAL_ONE;
        expect(lost >= 0n && lost < DECIMAL_ONE).toBe(true);
      }),
    );
  });

  it("loses less than one last digit in a quotient, and never gains", () => {
    const divisor = fc.bigInt({ min: 10n ** 15n, max: 10n ** 36n }).map(decimalFromSubunits);
    fc.assert(
      fc.property(amount, divisor, (a, b) => {
        const lost = a * DECIMAL_ONE - divDecimal(a, b) * b;
        expect(lost >= 0n && lost < b).toBe(true);
      }),
    );
  });

  it("orders values", () => {
    const [one, two] = [parseDecimal("1"), parseDecimal("2")];
    expect([compareDecimal(one, two), compareDecimal(two, one), compareDecimal(two, two)]).toEqual([
      -1, 1, 0,
    ]);
    expect([minDecimal(one, two), minDecimal(two, one)]).toEqual([one, one]);
  });
});

describe("floorToDivisibility", () => {
  test.each([
    ["1.999999999999999999", 18, "1.999999999999999999"],
    ["1.999999999999999999", 6, "1.999999"],
    ["1.999999999999999999", 0, "1"],
    ["0.0000009", 6, "0"],
    ["72.279107", 6, "72.279107"],
    ["-1.5", 0, "-2"],
    ["-2", 0, "-2"],
  ])("%s at %i digits is %s", (text, digits, floored) => {
    expect(formatDecimal(floorToDivisibility(parseDecimal(text), digits))).toBe(floored);
  });

  test.each([-1, 19, 1.5, Number.NaN])("refuses a divisibility of %s", (digits) => {
    expect(() => floorToDivisibility(DECIMAL_ONE, digits)).toThrow(RangeError);
  });

  it("never rises, falls by less than one step, and changes nothing the second time", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 18 }), (value, digits) => {
        const floored: Decimal = floorToDivisibility(value, digits);
        expect(floored <= value && value - floored < 10n ** BigInt(18 - digits)).toBe(true);
        expect(floorToDivisibility(floored, digits)).toBe(floored);
      }),
    );
  });
});

describe("cappedDecimal", () => {
  it.each([
    ["5", 5n * 10n ** 18n],
    ["3138550867693340381917894711603833208051.177722232017256447", 2n ** 191n - 1n],
    ["3138550867693340381917894711603833208051.177722232017256447", 2n ** 191n],
    ["-0.000000000000000001", -1n],
  ])("is %s for %s subunits", (text, subunits) => {
    expect(formatDecimal(cappedDecimal(subunits))).toBe(text);
  });
});
