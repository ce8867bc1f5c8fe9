import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parseDecimal } from "@weft/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeSnapshot, type SnapshotRow } from "./snapshot.ts";

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-snapshot-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const row: SnapshotRow = {
  cdpId: "#1#",
  runId: "20261120T215500Z",
  batchIndex: 3,
  stateVersion: 9_007_199_254_740_993n,
  ledgerTimeMs: 1_795_211_700_000,
  mintedAtSeconds: 1_700_000_000n,
  updatedAtSeconds: null,
  verdict: "healthy",
  reason: null,
  valueSource: "computed",
  loanValueXrd: parseDecimal("100.000000000000000001"),
  adjustedLoanValueXrd: parseDecimal("125.5"),
  collateralValueXrd: parseDecimal("99999999999999999999.999999999999999999"),
  liquidationCollateralValueXrd: parseDecimal("0"),
  liquidationLtv: parseDecimal("0.8"),
  confirmedLiquidationLtv: null,
  loans: [
    {
      resource: "resource_usdc",
      units: parseDecimal("12.000000000000000001"),
      amount: parseDecimal("13"),
      valueXrd: parseDecimal("100"),
    },
    { resource: "resource_usdt", units: parseDecimal("1"), amount: null, valueXrd: null },
  ],
  collaterals: [
    {
      resource: "resource_xrd",
      amount: parseDecimal("200.5"),
      valueXrd: parseDecimal("200.5"),
      entryVersion: 18n,
      efficiencyMode: "group 2",
    },
  ],
};

const unvaluable: SnapshotRow = {
  ...row,
  cdpId: "#2#",
  verdict: "unverified",
  reason: "missing_price",
  loanValueXrd: parseDecimal("-0.000000000000000003"),
  adjustedLoanValueXrd: null,
  collateralValueXrd: null,
  liquidationCollateralValueXrd: null,
  // The protocol's ratio of a CDP without collateral value: the greatest Decimal.
  liquidationLtv: parseDecimal("3138550867693340381917894711603833208051.177722232017256447"),
  confirmedLiquidationLtv: parseDecimal("1.02"),
  loans: [],
  collaterals: [],
};

/** What DuckDB reads out of the file: rows of text. */
async function query(bytes: Uint8Array, sql: (file: string) => string) {
  files += 1;
  const file = join(folder, `${files}.parquet`);
  await writeFile(file, bytes);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql(file));
    return reader.getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test("the columns have exact types", async () => {
  const types = await query(
    encodeSnapshot([row], {}),
    (file) => `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${file}')`,
  );
  expect(types).toEqual([
    ["cdp_id", "VARCHAR"],
    ["run_id", "VARCHAR"],
    ["batch_index", "BIGINT"],
    ["state_version", "BIGINT"],
    ["ledger_time_ms", "BIGINT"],
    ["minted_at_seconds", "BIGINT"],
    ["updated_at_seconds", "BIGINT"],
    ["verdict", "VARCHAR"],
    ["reason", "VARCHAR"],
    ["value_source", "VARCHAR"],
    ["loan_value_xrd", "DECIMAL(38,18)"],
    ["adjusted_loan_value_xrd", "DECIMAL(38,18)"],
    ["collateral_value_xrd", "DECIMAL(38,18)"],
    ["liquidation_collateral_value_xrd", "DECIMAL(38,18)"],
    ["liquidation_ltv", "DECIMAL(38,18)"],
    ["liquidation_ltv_text", "VARCHAR"],
    ["confirmed_liquidation_ltv", "DECIMAL(38,18)"],
    ["confirmed_liquidation_ltv_text", "VARCHAR"],
    [
      "loans",
      "STRUCT(resource VARCHAR, units DECIMAL(38,18), amount DECIMAL(38,18), value_xrd DECIMAL(38,18))[]",
    ],
    [
      "collaterals",
      "STRUCT(resource VARCHAR, amount DECIMAL(38,18), value_xrd DECIMAL(38,18), entry_version BIGINT, efficiency_mode VARCHAR)[]",
    ],
  ]);
});

test("amounts come back to the last digit, negative and greatest ones too", async () => {
  const values = await query(
    encodeSnapshot([row, unvaluable], {}),
    (file) => `SELECT cdp_id, state_version, loan_value_xrd, adjusted_loan_value_xrd,
      collateral_value_xrd, liquidation_collateral_value_xrd FROM '${file}'`,
  );
  expect(values).toEqual([
    [
      "#1#",
      "9007199254740993",
      "100.000000000000000001",
      "125.500000000000000000",
      "99999999999999999999.999999999999999999",
      "0.000000000000000000",
    ],
    ["#2#", "9007199254740993", "-0.000000000000000003", null, null, null],
  ]);
});

test("the least amount that needs a 39th digit is null, not cut", async () => {
  const bytes = encodeSnapshot(
    ["100000000000000000000", "-100000000000000000000", "-99999999999999999999"].map((text) => ({
      ...row,
      loanValueXrd: parseDecimal(text),
    })),
    {},
  );
  expect(await query(bytes, (file) => `SELECT loan_value_xrd FROM '${file}'`)).toEqual([
    [null],
    [null],
    ["-99999999999999999999.000000000000000000"],
  ]);
});

test("sums are exact", async () => {
  const bytes = encodeSnapshot(
    [row, { ...row, loanValueXrd: parseDecimal("0.000000000000000009") }],
    {},
  );
  expect(await query(bytes, (file) => `SELECT sum(loan_value_xrd) FROM '${file}'`)).toEqual([
    ["100.000000000000000010"],
  ]);
});

test("a ratio beyond 38 digits is null as a number and exact as text", async () => {
  const values = await query(
    encodeSnapshot([row, unvaluable], {}),
    (file) =>
      `SELECT liquidation_ltv, liquidation_ltv_text, confirmed_liquidation_ltv, reason FROM '${file}'`,
  );
  expect(values).toEqual([
    ["0.800000000000000000", null, null, null],
    [
      null,
      "3138550867693340381917894711603833208051.177722232017256447",
      "1.020000000000000000",
      "missing_price",
    ],
  ]);
});

test("what the ledger called boundless is told from what it was not asked about", async () => {
  const boundless = "3138550867693340381917894711603833208051.177722232017256447";
  const values = await query(
    encodeSnapshot([row, { ...row, confirmedLiquidationLtv: parseDecimal(boundless) }], {}),
    (file) => `SELECT confirmed_liquidation_ltv, confirmed_liquidation_ltv_text FROM '${file}'`,
  );
  expect(values).toEqual([
    [null, null],
    [null, boundless],
  ]);
});

test("loans and collaterals can be queried as tables", async () => {
  const bytes = encodeSnapshot([row, unvaluable, { ...row, cdpId: "#3#" }], {});
  const loans = await query(
    bytes,
    (file) => `SELECT cdp_id, loan.resource, loan.units, loan.amount
      FROM (SELECT cdp_id, unnest(loans) AS loan FROM '${file}') ORDER BY ALL`,
  );
  expect(loans).toEqual([
    ["#1#", "resource_usdc", "12.000000000000000001", "13.000000000000000000"],
    ["#1#", "resource_usdt", "1.000000000000000000", null],
    ["#3#", "resource_usdc", "12.000000000000000001", "13.000000000000000000"],
    ["#3#", "resource_usdt", "1.000000000000000000", null],
  ]);
  const collaterals = await query(
    bytes,
    (file) => `SELECT c.resource, c.efficiency_mode, max(c.entry_version), sum(c.amount)
      FROM (SELECT unnest(collaterals) AS c FROM '${file}') GROUP BY ALL`,
  );
  expect(collaterals).toEqual([["resource_xrd", "group 2", "18", "401.000000000000000000"]]);
  expect(await query(bytes, (file) => `SELECT cdp_id FROM '${file}' WHERE len(loans) = 0`)).toEqual(
    [["#2#"]],
  );
});

test("the file's own statistics find rows, they do not hide them", async () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => ({
    ...row,
    cdpId: `#${index}#`,
    liquidationLtv: parseDecimal(`${index}.000000000000000001`),
  }));
  const found = await query(
    encodeSnapshot(rows, {}),
    (file) =>
      `SELECT cdp_id FROM '${file}' WHERE liquidation_ltv > 2998 AND cdp_id >= '#2' ORDER BY ALL`,
  );
  expect(found).toEqual([["#2998#"], ["#2999#"]]);
});

test("the same rows and metadata give the same bytes, and the metadata is readable", async () => {
  const bytes = encodeSnapshot([row, unvaluable], { run: "20261120T215500Z", batch: "3" });
  expect(encodeSnapshot([row, unvaluable], { batch: "3", run: "20261120T215500Z" })).toEqual(bytes);
  const metadata = await query(
    bytes,
    (file) => `SELECT decode(key), decode(value) FROM parquet_kv_metadata('${file}')`,
  );
  expect(metadata).toEqual([
    ["batch", "3"],
    ["run", "20261120T215500Z"],
  ]);
});

test("a batch without rows is a file without rows", async () => {
  const counted = await query(
    encodeSnapshot([], {}),
    (file) => `SELECT count(*), sum(loan_value_xrd) FROM '${file}'`,
  );
  expect(counted).toEqual([["0", null]]);
});
