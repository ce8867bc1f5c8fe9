import type { ByteSink } from "./byte-sink.ts";
import { type Column, type ColumnType, deepestLevel, type Shredded } from "./column.ts";
import { bitsOf, writeRunLengths } from "./run-lengths.ts";
import { i32, i64, struct, type ThriftField, type ThriftStruct, writeStruct } from "./thrift.ts";

/** 38 digits in two's complement. */
export const DECIMAL_BYTES = 16;

/** `Type` of the Parquet format. */
export const PHYSICAL_TYPES = { int64: 2, text: 6, decimal: 7 } as const;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;
const UNCOMPRESSED = 0;
const SURROGATE = /[\ud800-\udfff]/;

type Value = bigint | string;

/**
 * Writes a column of all rows, one page and, where values repeat, the dictionary before it. Returns its `ColumnChunk`.
 *
 * Source: apache/parquet-format, README.md and src/main/thrift/parquet.thrift.
 *
 * @param scratch for what must be measured before it is written; cleared here
 */
export function writeColumnChunk<Row>(
  { file, scratch }: { readonly file: ByteSink; readonly scratch: ByteSink },
  column: Column<Row>,
  rows: readonly Row[],
): { readonly chunk: ThriftField; readonly bytes: number } {
  const shredded: Shredded = { values: [], definitionLevels: [], repetitionLevels: [] };
  column.shred(rows, shredded);
  const { values, definitionLevels } = shredded;
  const dictionary = column.repeats ? dictionaryOf(values) : undefined;
  const distinct = dictionary?.distinct;
  const start = file.length;
  if (distinct !== undefined) {
    scratch.clear();
    writePlain(scratch, column.type, distinct);
    writePage(file, scratch, DICTIONARY_PAGE, {
      7: struct({ 1: i32(distinct.length), 2: i32(PLAIN) }),
    });
  }
  const dataStart = file.length;
  scratch.clear();
  writeLevels(scratch, column, shredded);
  if (dictionary === undefined) writePlain(scratch, column.type, values);
  else writeIndexes(scratch, dictionary);
  const slots = definitionLevels.length === 0 ? values.length : definitionLevels.length;
  const encoding = distinct === undefined ? PLAIN : RLE_DICTIONARY;
  writePage(file, scratch, DATA_PAGE, {
    5: struct({ 1: i32(slots), 2: i32(encoding), 3: i32(RLE), 4: i32(RLE) }),
  });
  const bytes = file.length - start;
  return {
    bytes,
    chunk: struct({
      2: i64(start),
      3: struct({
        1: i32(PHYSICAL_TYPES[column.type]),
        2: [PLAIN, RLE, ...(distinct === undefined ? [] : [RLE_DICTIONARY])].map(i32),
        3: column.path,
        4: i32(UNCOMPRESSED),
        5: i64(slots),
        6: i64(bytes),
        7: i64(bytes),
        9: i64(dataStart),
        11: distinct === undefined ? undefined : i64(start),
        12: struct({
          3: i64(slots - values.length),
          ...boundsOf(column.type, distinct ?? values),
        }),
      }),
    }),
  };
}

function writePage(
  file: ByteSink,
  page: ByteSink,
  type: number,
  header: Readonly<Record<number, ThriftField>>,
): void {
  const size = i32(page.length);
  writeStruct(file, { 1: i32(type), 2: size, 3: size, ...header });
  file.bytes(page.view());
}

function writeLevels<Row>(
  page: ByteSink,
  column: Column<Row>,
  { definitionLevels, repetitionLevels }: Shredded,
): void {
  if (column.inList) page.sized(() => writeRunLengths(page, repetitionLevels, 1));
  const deepest = deepestLevel(column);
  if (deepest > 0) page.sized(() => writeRunLengths(page, definitionLevels, bitsOf(deepest)));
}

interface Dictionary {
  /** In the order in which they first come. */
  readonly distinct: readonly Value[];
  /** Of each value, its place among them. */
  readonly indexes: readonly number[];
}

function dictionaryOf(values: readonly Value[]): Dictionary {
  const places = new Map<Value, number>();
  const indexes = values.map((value) => {
    const known = places.get(value);
    if (known !== undefined) return known;
    places.set(value, places.size);
    return places.size - 1;
  });
  return { distinct: [...places.keys()], indexes };
}

function writeIndexes(page: ByteSink, { distinct, indexes }: Dictionary): void {
  const bits = bitsOf(distinct.length - 1);
  page.byte(bits);
  writeRunLengths(page, indexes, bits);
}

function writePlain(page: ByteSink, type: ColumnType, values: readonly Value[]): void {
  for (const value of values) {
    if (type === "text") page.sized(() => page.text(String(value)));
    else if (type === "int64") page.int64(BigInt(value));
    else page.int128(BigInt(value));
  }
}

/** Readers compare the bytes of decimals in ways that differ: bounds of theirs would hide rows from whoever believes them. */
function boundsOf(type: ColumnType, values: readonly Value[]): ThriftStruct {
  const [first] = values;
  if (first === undefined || type === "decimal") return {};
  let [least, greatest] = [first, first];
  for (const value of values) {
    // Pairs of surrogates are the one place where text in UTF-8 is in another order.
    if (typeof value === "string" && SURROGATE.test(value)) return {};
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { 5: plainBytes(type, greatest), 6: plainBytes(type, least) };
}

function plainBytes(type: ColumnType, value: Value): Uint8Array {
  if (type === "text") return Buffer.from(String(value));
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
