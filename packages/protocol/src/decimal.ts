import {
  checkedFixedPoint,
  type FixedPointFormat,
  formatFixedPoint,
  parseFixedPoint,
} from "./fixed-point.ts";

declare const decimalBrand: unique symbol;

/**
 * The ledger's `Decimal`: 18 digits after the point, held as a count of 10^-18 in a signed 192-bit integer.
 *
 * Multiplication and division truncate toward zero and overflow is an error, both as the ledger's own type does.
 * Source: radixdlt/radixdlt-scrypto, radix-common/src/math/decimal.rs, `checked_mul` and `checked_div` @ 124d533.
 * That Weft V2 computes with this type in these steps is inferred: its arithmetic is not published.
 */
export type Decimal = bigint & { readonly [decimalBrand]: "Decimal" };

/** Digits after the point of a `Decimal`. */
export const DECIMAL_DIGITS = 18;

const SCALE = 10n ** 18n;
const FORMAT: FixedPointFormat = {
  name: "Decimal",
  digits: DECIMAL_DIGITS,
  min: -(2n ** 191n),
  max: 2n ** 191n - 1n,
};

export const DECIMAL_ZERO = 0n as Decimal;
export const DECIMAL_ONE = SCALE as Decimal;
/** Greatest `Decimal`, about 3.1 × 10^39. The protocol's ratio of a debt without collateral. */
export const DECIMAL_MAX = FORMAT.max as Decimal;
/** Least `Decimal`, one 10^-18 further from zero than the greatest. */
export const DECIMAL_MIN = FORMAT.min as Decimal;

/**
 * Decimal text to a value, exactly.
 *
 * @throws {SyntaxError} on anything but digits with an optional minus and point (no exponent, blank or bare point)
 * @throws {RangeError} on more than 18 digits after the point, or beyond the signed 192-bit range
 */
export function parseDecimal(text: string): Decimal {
  return parseFixedPoint(text, FORMAT) as Decimal;
}

/** The shortest text that parses back to the same value: no trailing zeros, never an exponent. */
export function formatDecimal(value: Decimal): string {
  return formatFixedPoint(value, DECIMAL_DIGITS);
}

/**
 * A count of 10^-18 as a `Decimal`.
 *
 * @throws {RangeError} beyond the signed 192-bit range
 */
export function decimalFromSubunits(subunits: bigint): Decimal {
  return checkedFixedPoint(subunits, FORMAT) as Decimal;
}

/** The same, but beyond the greatest `Decimal` the greatest: for sums of many values that only report. */
export function cappedDecimal(subunits: bigint): Decimal {
  return subunits > FORMAT.max ? DECIMAL_MAX : decimalFromSubunits(subunits);
}

/** Exact sum. @throws {RangeError} on overflow */
export function addDecimal(a: Decimal, b: Decimal): Decimal {
  return checkedFixedPoint(a + b, FORMAT) as Decimal;
}

/** Exact difference `a - b`. @throws {RangeError} on overflow */
export function subDecimal(a: Decimal, b: Decimal): Decimal {
  return checkedFixedPoint(a - b, FORMAT) as Decimal;
}

/** Product, truncated toward zero at 18 digits (as `checked_mul`). @throws {RangeError} on overflow */
export function mulDecimal(a: Decimal, b: Decimal): Decimal {
  // Most prices of a CDP in XRD, and nearly all loan value factors, are exactly one.
  if (b === DECIMAL_ONE) return a;
  return checkedFixedPoint((a * b) / SCALE, FORMAT) as Decimal;
}

/**
 * Quotient `a / b`, truncated toward zero at 18 digits (as `checked_div`).
 *
 * @throws {RangeError} on division by zero and on overflow
 */
export function divDecimal(a: Decimal, b: Decimal): Decimal {
  return checkedFixedPoint((a * SCALE) / b, FORMAT) as Decimal;
}

/**
 * `a × b / c` with one truncation toward zero at the end: a share of an amount, with no digits lost on the way.
 * Ours, for planning; the ledger rounds after each step.
 *
 * @throws {RangeError} on division by zero and on overflow of the result
 */
export function mulDivDecimal(a: Decimal, b: Decimal, c: Decimal): Decimal {
  return checkedFixedPoint((a * b) / c, FORMAT) as Decimal;
}

/** Order of two values: negative when `a < b`, zero when equal, positive when `a > b`. Fit for `toSorted`. */
export function compareDecimal(a: Decimal, b: Decimal): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The lesser of two values. */
export function minDecimal(a: Decimal, b: Decimal): Decimal {
  return a < b ? a : b;
}

/**
 * The greatest multiple of 10^-digits that is not above the value: what of an amount a resource can carry.
 *
 * @param digits the resource's divisibility, a whole number from 0 to 18
 * @throws {RangeError} on another divisibility, or when rounding a negative value down leaves the range
 */
export function floorToDivisibility(value: Decimal, digits: number): Decimal {
  if (!Number.isInteger(digits) || digits < 0 || digits > DECIMAL_DIGITS) {
    throw new RangeError(`divisibility must be a whole number from 0 to 18: ${digits}`);
  }
  if (digits === DECIMAL_DIGITS) return value;
  const step = 10n ** BigInt(DECIMAL_DIGITS - digits);
  const rest = value % step;
  return checkedFixedPoint(rest < 0n ? value - rest - step : value - rest, FORMAT) as Decimal;
}

/**
 * The least multiple of 10^-digits that is not below the value: what has to be given of a resource to give at least that.
 *
 * @param digits the resource's divisibility, a whole number from 0 to 18
 * @throws {RangeError} on another divisibility, or when the result leaves the range
 */
export function ceilToDivisibility(value: Decimal, digits: number): Decimal {
  const floor = floorToDivisibility(value, digits);
  if (floor === value) return value;
  return checkedFixedPoint(floor + 10n ** BigInt(DECIMAL_DIGITS - digits), FORMAT) as Decimal;
}

/** Product, away from zero in its last digit: of two values of at least zero, never too little. @throws {RangeError} on overflow */
export function mulDecimalUp(a: Decimal, b: Decimal): Decimal {
  return checkedFixedPoint((a * b + SCALE - 1n) / SCALE, FORMAT) as Decimal;
}

/** Quotient, rounded up in its last digit. @throws {RangeError} on division by zero and on overflow */
export function divDecimalUp(a: Decimal, b: Decimal): Decimal {
  return checkedFixedPoint((a * SCALE + b - 1n) / b, FORMAT) as Decimal;
}
