/** A signed decimal of fixed scale: which numbers fit, and what to call it in a message. */
export interface FixedPointFormat {
  readonly name: string;
  /** Digits after the point. */
  readonly digits: number;
  /** Least and greatest value, counted in units of the last digit. */
  readonly min: bigint;
  readonly max: bigint;
}

const SHAPE = /^(-?)(\d+)(?:\.(\d+))?$/;
/** Longer than any number of either format; keeps `BigInt` away from megabytes of digits. */
const LONGEST_INTEGER_PART = 78;
const LONGEST_QUOTE = 60;

/**
 * Text to a count of last digits, exactly: nothing is ever rounded away.
 *
 * @throws {SyntaxError} on anything but digits with an optional minus and point (no exponent, no blank, no bare point)
 * @throws {RangeError} on more digits after the point than the format has, or a value it cannot hold
 */
export function parseFixedPoint(text: string, format: FixedPointFormat): bigint {
  const match = SHAPE.exec(text);
  if (match === null) throw new SyntaxError(`not a ${format.name}: ${quote(text)}`);
  const [, sign, integer = "", fraction = ""] = match;
  if (fraction.length > format.digits) {
    throw new RangeError(
      `more than ${format.digits} digits after the point of a ${format.name}: ${quote(text)}`,
    );
  }
  if (integer.length > LONGEST_INTEGER_PART) throw beyondRange(quote(text), format);
  const magnitude = BigInt(integer + fraction.padEnd(format.digits, "0"));
  const value = sign === "-" ? -magnitude : magnitude;
  if (value < format.min || value > format.max) throw beyondRange(quote(text), format);
  return value;
}

/** A count of last digits as the shortest text that parses back to it: no trailing zeros, no exponent. */
export function formatFixedPoint(value: bigint, digits: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  let end = text.length;
  const point = end - digits;
  while (end > point && text.charCodeAt(end - 1) === 48) end -= 1;
  const sign = value < 0n ? "-" : "";
  const integer = sign + text.slice(0, point);
  return end === point ? integer : `${integer}.${text.slice(point, end)}`;
}

/** The value again when it fits the format. @throws {RangeError} when it does not */
export function checkedFixedPoint(value: bigint, format: FixedPointFormat): bigint {
  if (value > format.max || value < format.min) {
    throw beyondRange(formatFixedPoint(value, format.digits), format);
  }
  return value;
}

function beyondRange(shown: string, format: FixedPointFormat): RangeError {
  return new RangeError(`beyond the range of a ${format.name}: ${shown}`);
}

function quote(text: string): string {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return JSON.stringify(shown);
}
