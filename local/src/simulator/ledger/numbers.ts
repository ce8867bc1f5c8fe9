import { Decimal } from "decimal.js";

/**
 * The simulator's own arithmetic, apart from that of the backend on purpose. 100 digits hold any product of
 * a Decimal and a PreciseDecimal of this book; every result is cut toward zero, as Radix does.
 */
export const Num = Decimal.clone({
  precision: 100,
  rounding: Decimal.ROUND_DOWN,
  toExpNeg: -100,
  toExpPos: 100,
});
export type Num = Decimal;

export const ZERO = new Num(0);
export const ONE = new Num(1);
/** Decimal::MAX, (2^191 - 1) / 10^18: the ratio of a debt that no collateral stands against. */
export const DECIMAL_MAX = new Num("3138550867693340381917894711603833208051.177722232017256447");

/** Cut toward zero to the 18 places of a Radix Decimal. */
export function toDecimal(value: Num): Num {
  return value.toDecimalPlaces(18, Decimal.ROUND_DOWN);
}

/** Cut toward zero to the 36 places of a Radix PreciseDecimal. */
export function toPrecise(value: Num): Num {
  return value.toDecimalPlaces(36, Decimal.ROUND_DOWN);
}

/** Product as a Radix Decimal. */
export function times(a: Num, b: Num): Num {
  return toDecimal(a.times(b));
}

/** Quotient as a Radix Decimal, worked out at 36 places first. */
export function over(a: Num, b: Num): Num {
  return toDecimal(toPrecise(a.div(b)));
}

/** Cut toward zero to what a resource can be split into. */
export function floorTo(value: Num, divisibility: number): Num {
  return value.toDecimalPlaces(divisibility, Decimal.ROUND_DOWN);
}

/** The same, away from zero. */
export function ceilTo(value: Num, divisibility: number): Num {
  return value.toDecimalPlaces(divisibility, Decimal.ROUND_UP);
}

export function min(a: Num, b: Num): Num {
  return a.lt(b) ? a : b;
}

/** Plain decimal text without trailing zeros. */
export function text(value: Num): string {
  return value.toFixed();
}
