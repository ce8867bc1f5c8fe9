import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { flatColumn, listColumns } from "./column.ts";
import { encodeParquet } from "./encode-parquet.ts";

interface Item {
  readonly name: string;
  readonly amount: bigint | null;
}
interface Row {
  readonly id: string;
  readonly kind: string | null;
  readonly version: bigint;
  readonly amount: bigint | null;
  readonly items: readonly Item[];
}

const COLUMNS = [
  ...[
    { name: "id", type: "text", nullable: false, repeats: false, read: ({ id }: Row) => id },
    { name: "kind", type: "text", nullable: true, repeats: true, read: ({ kind }: Row) => kind },
    ...[true, false].map(
      (repeats) =>
        ({
          ...{ name: `version_${repeats}`, type: "int64", nullable: false, repeats },
          read: ({ version }: Row) => version,
        }) as const,
    ),
    {
      ...{ name: "amount", type: "decimal", nullable: true, repeats: false },
      read: ({ amount }: Row) => amount,
    },
  ].map((field) => flatColumn(field as Parameters<typeof flatColumn<Row>>[0])),
  ...listColumns("items", ({ items }: Row) => items, [
    {
      ...{ name: "name", type: "text", nullable: false, repeats: true },
      read: ({ name }: Item) => name,
    },
    {
      ...{ name: "amount", type: "decimal", nullable: true, repeats: false },
      read: ({ amount }: Item) => amount,
    },
  ]),
];

const LIMIT = 10n ** 38n;
const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((one) => !one.includes("\0"));
const amount = fc.option(fc.bigInt({ min: 1n - LIMIT, max: LIMIT - 1n }), { nil: null });
const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    id: text,
    kind: fc.option(fc.constantFrom("a", "b", "ü", "\u{1F600}", "\uFF5E"), { nil: null }),
    version: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    amount,
    items: fc.array(fc.record({ name: text, amount }), { maxLength: 4 }),
  }),
  { maxLength: 40 },
);

/** A decimal of 18 places as DuckDB writes it. */
function written(value: bigint | null): string | null {
  if (value === null) return null;
  const digits = String(value < 0n ? -value : value).padStart(19, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -18)}.${digits.slice(-18)}`;
}

const expected = ({ id, kind, version, amount, items }: Row) => [
  ...[id, kind, String(version), String(version), written(amount)],
  items.map((item) => ({ name: item.name, amount: written(item.amount) })),
];

async function readBack(bytes: Uint8Array, where = "true"): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "weft-parquet-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const file = join(folder, "rows.parquet");
    await writeFile(file, bytes);
    const reader = await connection.runAndReadAll(`SELECT * FROM '${file}' WHERE ${where}`);
    return reader.getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

test("whatever is written comes back", async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (some) => {
      expect(await readBack(encodeParquet(some, COLUMNS, []))).toEqual(some.map(expected));
    }),
    { numRuns: 30 },
  );
});

const numbered = (count: number, kinds: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ id: `#${index}#`, kind: `kind ${index % kinds}`, version: BigInt(index) },
    ...{ amount: null, items: [] },
  }));

test.each([1, 2, 255, 256, 257, 1_000])("a column may have %d different values", async (kinds) => {
  const some = numbered(1_001, kinds);
  expect(await readBack(encodeParquet(some, COLUMNS, []))).toEqual(some.map(expected));
});

test("bounds find the first and the last, and what is in another order in UTF-8", async () => {
  const bytes = encodeParquet(numbered(9, 9), COLUMNS, []);
  expect(await readBack(bytes, "version_false >= 8 AND id >= '#8#'")).toHaveLength(1);
  expect(await readBack(bytes, "version_true <= 0 AND kind <= 'kind 0'")).toHaveLength(1);
  const [one] = numbered(1, 1);
  const other = encodeParquet(
    ["\u{1F600}", "\uFF5E"].map((kind) => ({ ...one, kind }) as Row),
    COLUMNS,
    [],
  );
  expect(await readBack(other, "kind = '\u{1F600}'")).toHaveLength(1);
});

test("what must have a value is refused without", () => {
  const [one] = numbered(1, 1);
  const broken = { ...one, id: null } as unknown as Row;
  expect(() => encodeParquet([broken], COLUMNS, [])).toThrow("id is null");
});
