import type { ByteSink } from "./byte-sink.ts";

/**
 * A Thrift struct: its fields by their ids, in ascending order; undefined ones are left out. A number with its type, since
 * the bytes tell `i32` from `i64`; text and bytes; a struct; or a list of one kind of these.
 */
export type ThriftStruct = Readonly<Record<number, ThriftField | undefined>>;
export type ThriftField =
  | { readonly i32: number }
  | { readonly i64: number }
  | string
  | Uint8Array
  | readonly ThriftField[]
  | { readonly fields: ThriftStruct };

export const i32 = (value: number) => ({ i32: value }) as const;
/** @param value a whole number up to 2^52: more than any file has bytes or rows */
export const i64 = (value: number) => ({ i64: value }) as const;
export const struct = (fields: ThriftStruct) => ({ fields }) as const;

const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;
/** Longer lists have their length behind the header. */
const LONGEST_SHORT_LIST = 14;
const LARGEST_DELTA = 15;

/**
 * Writes a struct in Thrift's compact protocol.
 *
 * Source: apache/thrift, doc/specs/thrift-compact-protocol.md.
 */
export function writeStruct(sink: ByteSink, fields: ThriftStruct): void {
  let last = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const id = Number(key);
    if (id - last > LARGEST_DELTA) throw new RangeError(`field ${id} is too far from ${last}`);
    sink.byte(((id - last) << 4) | typeOf(value));
    writeValue(sink, value);
    last = id;
  }
  sink.byte(0);
}

function typeOf(value: ThriftField): number {
  if (typeof value === "string" || value instanceof Uint8Array) return BINARY;
  if ("i32" in value) return I32;
  if ("i64" in value) return I64;
  return "fields" in value ? STRUCT : LIST;
}

function writeValue(sink: ByteSink, value: ThriftField): void {
  if (typeof value === "string") {
    sink.varint(Buffer.byteLength(value));
    sink.text(value);
  } else if (value instanceof Uint8Array) {
    sink.varint(value.length);
    sink.bytes(value);
  } else if ("i32" in value) sink.varint(zigzag(value.i32));
  else if ("i64" in value) sink.varint(zigzag(value.i64));
  else if ("fields" in value) writeStruct(sink, value.fields);
  else writeList(sink, value);
}

function writeList(sink: ByteSink, values: readonly ThriftField[]): void {
  const [first] = values;
  const type = first === undefined ? STRUCT : typeOf(first);
  if (values.length <= LONGEST_SHORT_LIST) sink.byte((values.length << 4) | type);
  else {
    sink.byte(0xf0 | type);
    sink.varint(values.length);
  }
  for (const value of values) writeValue(sink, value);
}

const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
