import { type Decimal, decimalFromSubunits } from "./decimal.ts";
import {
  checkedFixedPoint,
  type FixedPointFormat,
  formatFixedPoint,
  parseFixedPoint,
} from "./fixed-point.ts";

declare const preciseDecimalBrand: unique symbol;

/**
 * The ledger's `PreciseDecimal`: 36 digits after the point, held as a count of 10^-36 in a signed 256-bit integer.
 * Weft keeps its pool ratios in it.
 *
 * Multiplication and division truncate toward zero and overflow is an error, both as the ledger's own type does.
 * Source: radixdlt/radixdlt-scrypto, radix-common/src/math/precise_decimal.rs.
 * That Weft V2 computes with this type in these steps is inferred: its arithmetic is not published.
 */
export type PreciseDecimal = bigint & { readonly [preciseDecimalBrand]: "PreciseDecimal" };

const SCALE = 10n ** 36n;
const DECIMAL_STEP = 10n ** 18n;
const FORMAT: FixedPointFormat = {
  name: "PreciseDecimal",
  digits: 36,
  min: -(2n ** 255n),
  max: 2n ** 255n - 1n,
};

export const PRECISE_DECIMAL_ZERO = 0n as PreciseDecimal;
export const PRECISE_DECIMAL_ONE = SCALE as PreciseDecimal;
/** Greatest `PreciseDecimal`, about 5.8 × 10^40. */
export const PRECISE_DECIMAL_MAX = FORMAT.max as PreciseDecimal;
/** Least `PreciseDecimal`, one 10^-36 further from zero than the greatest. */
export const PRECISE_DECIMAL_MIN = FORMAT.min as PreciseDecimal;

/**
 * Decimal text to a value, exactly.
 *
 * @throws {SyntaxError} on anything but digits with an optional minus and point (no exponent, blank or bare point)
 * @throws {RangeError} on more than 36 digits after the point, or beyond the signed 256-bit range
 */
export function parsePreciseDecimal(text: string): PreciseDecimal {
  return parseFixedPoint(text, FORMAT) as PreciseDecimal;
}

/** The shortest text that parses back to the same value: no trailing zeros, never an exponent. */
export function formatPreciseDecimal(value: PreciseDecimal): string {
  return formatFixedPoint(value, FORMAT.digits);
}

/** Exact sum. @throws {RangeError} on overflow */
export function addPreciseDecimal(a: PreciseDecimal, b: PreciseDecimal): PreciseDecimal {
  return checkedFixedPoint(a + b, FORMAT) as PreciseDecimal;
}

/** Exact difference `a - b`. @throws {RangeError} on overflow */
export function subPreciseDecimal(a: PreciseDecimal, b: PreciseDecimal): PreciseDecimal {
  return checkedFixedPoint(a - b, FORMAT) as PreciseDecimal;
}

/** Product, truncated toward zero at 36 digits. @throws {RangeError} on overflow */
export function mulPreciseDecimal(a: PreciseDecimal, b: PreciseDecimal): PreciseDecimal {
  return checkedFixedPoint((a * b) / SCALE, FORMAT) as PreciseDecimal;
}

/** Quotient `a / b`, truncated toward zero at 36 digits. @throws {RangeError} on division by zero and on overflow */
export function divPreciseDecimal(a: PreciseDecimal, b: PreciseDecimal): PreciseDecimal {
  return checkedFixedPoint((a * SCALE) / b, FORMAT) as PreciseDecimal;
}

/** Order of two values: negative when `a < b`, zero when equal, positive when `a > b`. */
export function comparePreciseDecimal(a: PreciseDecimal, b: PreciseDecimal): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The value at 18 digits, truncated toward zero. @throws {RangeError} beyond the range of a `Decimal` */
export function toDecimal(value: PreciseDecimal): Decimal {
  return decimalFromSubunits(value / DECIMAL_STEP);
}

/** The same value at 36 digits; exact, and every `Decimal` fits. */
export function toPreciseDecimal(value: Decimal): PreciseDecimal {
  return (value * DECIMAL_STEP) as PreciseDecimal;
}

/** A divisor made ready for many divisions. */
export interface PreciseDivisor {
  readonly divisor: PreciseDecimal;
  /** 10^36 × 2^220 / divisor, rounded up. */
  readonly reciprocal: bigint;
  /** Of values from 0 to below this, the product with the reciprocal has the quotient exactly. */
  readonly exactBelow: bigint;
}

const RECIPROCAL_BITS = 220n;
const RECIPROCAL_VALUES = 2n ** 100n;
const RECIPROCAL_DIVISORS = 2n ** 120n;

/**
 * Rounded up, a reciprocal exceeds the true one by less than 1, and a product the true quotient by less than
 * value / 2^220 <= 2^-120. A quotient's distance to the next whole number is 1 / divisor or more, so of divisors up to
 * 2^120 (1.3 as a number) no product reaches it.
 *
 * @throws {RangeError} on zero and below
 */
export function preciseDivisor(divisor: PreciseDecimal): PreciseDivisor {
  if (divisor <= 0n) throw new RangeError("a divisor must be above zero");
  const reciprocal = ((SCALE << RECIPROCAL_BITS) + divisor - 1n) / divisor;
  return {
    divisor,
    reciprocal,
    exactBelow: divisor <= RECIPROCAL_DIVISORS ? RECIPROCAL_VALUES : 0n,
  };
}

/**
 * `value / divisor`, computed at 36 digits and truncated toward zero to 18: an amount from its pool units.
 * Truncating twice toward zero equals truncating once, so one division does.
 *
 * @throws {RangeError} on overflow
 */
export function divDecimalByPrecise(
  value: Decimal,
  { divisor, reciprocal, exactBelow }: PreciseDivisor,
): Decimal {
  // A product costs a third of a quotient.
  if (value < exactBelow && value >= 0n) {
    return decimalFromSubunits((value * reciprocal) >> RECIPROCAL_BITS);
  }
  return decimalFromSubunits((value * SCALE) / divisor);
}
