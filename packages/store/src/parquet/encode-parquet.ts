import { createByteSink } from "./byte-sink.ts";
import type { Column } from "./column.ts";
import { DECIMAL_BYTES, PHYSICAL_TYPES, writeColumnChunk } from "./column-chunk.ts";
import { i32, i64, struct, type ThriftField, writeStruct } from "./thrift.ts";

const MAGIC = "PAR1";
const FORMAT_VERSION = 2;
const REQUIRED = i32(0);
const OPTIONAL = i32(1);
const REPEATED = i32(2);
const UTF8 = i32(0);
const LIST = i32(3);
const DECIMAL = i32(5);

/** Digits of every decimal column. */
export const DECIMAL_PRECISION = 38;
/** Of them, those behind the point. */
const DECIMAL_SCALE = 18;

/**
 * A Parquet file of one row group. The same rows and metadata give the same bytes.
 *
 * It does what our snapshots need, and no more: each column is one page, uncompressed, of text, integers or decimals, alone
 * or in a list of structs. A general library took a fifth of a sweep's CPU.
 *
 * Source: apache/parquet-format, README.md and src/main/thrift/parquet.thrift.
 *
 * @param metadata of the file, in this order
 */
export function encodeParquet<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  metadata: readonly (readonly [key: string, value: string])[],
): Uint8Array {
  const file = createByteSink();
  const scratch = createByteSink();
  file.text(MAGIC);
  const chunks = columns.map((column) => writeColumnChunk({ file, scratch }, column, rows));
  const rowGroup = struct({
    1: chunks.map(({ chunk }) => chunk),
    2: i64(chunks.reduce((sum, { bytes }) => sum + bytes, 0)),
    3: i64(rows.length),
  });
  scratch.clear();
  writeStruct(scratch, {
    1: i32(FORMAT_VERSION),
    2: schemaOf(columns),
    3: i64(rows.length),
    4: rows.length === 0 ? [] : [rowGroup],
    5: metadata.map(([key, value]) => struct({ 1: key, 2: value })),
    6: "weft",
  });
  file.bytes(scratch.view());
  file.uint32(scratch.length);
  file.text(MAGIC);
  return file.view();
}

/** The tree of columns, depth first. Fields of one list stand side by side. */
function schemaOf<Row>(columns: readonly Column<Row>[]): ThriftField[] {
  const groups = Map.groupBy(columns, ({ path: [name = ""] }) => name);
  const elements = [...groups].flatMap(([name, [first, ...others]]) => {
    if (first === undefined) return [];
    if (!first.inList) return [leafOf(first)];
    return [
      struct({ 3: REQUIRED, 4: name, 5: i32(1), 6: LIST }),
      struct({ 3: REPEATED, 4: "list", 5: i32(1) }),
      struct({ 3: REQUIRED, 4: "element", 5: i32(others.length + 1) }),
      ...[first, ...others].map(leafOf),
    ];
  });
  return [struct({ 4: "snapshot", 5: i32(groups.size) }), ...elements];
}

function leafOf<Row>({ path, type, nullable }: Column<Row>): ThriftField {
  const isDecimal = type === "decimal";
  return struct({
    1: i32(PHYSICAL_TYPES[type]),
    2: isDecimal ? i32(DECIMAL_BYTES) : undefined,
    3: nullable ? OPTIONAL : REQUIRED,
    4: path.at(-1),
    6: isDecimal ? DECIMAL : type === "text" ? UTF8 : undefined,
    7: isDecimal ? i32(DECIMAL_SCALE) : undefined,
    8: isDecimal ? i32(DECIMAL_PRECISION) : undefined,
  });
}
