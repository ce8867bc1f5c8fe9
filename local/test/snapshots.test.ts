import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { BatchSummary } from "@weft/messages";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOCAL_AWS } from "../src/aws/names.ts";
import type { Audit } from "../src/simulator/ledger/types.ts";
import { sumDecimals } from "../src/start/amounts.ts";
import { type RunBooks, readRunBooks } from "../src/start/books.ts";
import { coverageOf } from "../src/start/coverage.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";

const CALM = new AbortController().signal;
const CDPS = 200;
const BATCH_SIZE = 60;

let stack: RunningStack;
/** The ledger's word on the book as the run found it: after the fall of prices, before any liquidation. */
let before: Audit;
let after: Audit;
let books: RunBooks;
let database: DuckDBInstance;

beforeAll(async () => {
  stack = await startRunningStack(CDPS);
  await stack.control.crash("0.2", CALM);
  await stack.believePrices();
  before = await stack.control.audit(CALM);
  const runId = await stack.round(BATCH_SIZE);
  after = await stack.control.audit(CALM);
  books = await readRunBooks(stack.clients.objects, runId, CALM);
  database = await DuckDBInstance.create(":memory:", { threads: "1" });
}, 60_000);

afterAll(async () => {
  database?.closeSync();
  await stack.stop();
});

/** Rows of text, out of the files of all batches, and the outcomes beside them. */
async function query(sql: string) {
  const bucket = join(stack.folder.s3, LOCAL_AWS.dataBucket);
  const run = `run=${books.manifest.runId}`;
  const snapshots = `read_parquet('${bucket}/snapshots/${run}/*.parquet', hive_partitioning = true)`;
  const outcomes = `read_json('${bucket}/outcomes/${run}/*/*.json', hive_partitioning = true)`;
  const connection = await database.connect();
  try {
    const reader = await connection.runAndReadAll(
      sql.replace("snapshots", snapshots).replace("outcomes", outcomes),
    );
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

const byBatch = (pick: (summary: BatchSummary) => number | string) =>
  [...books.summaries]
    .sort((a, b) => a.batchIndex - b.batchIndex)
    .map((summary) => String(pick(summary)));

test("there is one file per batch and one row per position", async () => {
  expect(
    await query(
      "SELECT count(*) AS rows, count(DISTINCT cdp_id) AS ids, count(DISTINCT batch_index) AS batches FROM snapshots",
    ),
  ).toEqual([{ rows: "200", ids: "200", batches: "4" }]);
  expect(books.summaries).toHaveLength(4);
});

test("every row says run and pinned state of its batch, and lies under its run", async () => {
  const { runId, stateVersion } = books.manifest;
  expect(await query("SELECT DISTINCT run, run_id, state_version FROM snapshots")).toEqual([
    { run: runId, run_id: runId, state_version: stateVersion },
  ]);
});

test("one row per scanned position, and as many as the ledger says are live", async () => {
  const [scanned] = await query(
    "SELECT count(*) AS rows FROM snapshots WHERE verdict NOT IN ('skipped', 'undecodable', 'unconfirmed')",
  );
  expect(scanned?.rows).toBe(String(coverageOf(books).scanned));
  expect(scanned?.rows).toBe(String(before.cdps.live));
  const [burned] = await query("SELECT count(*) AS rows FROM snapshots WHERE reason = 'burned'");
  expect(burned?.rows).toBe(String(before.cdps.burned));
});

test.each([
  ["loan_value_xrd", "loanValueXrd"],
  ["collateral_value_xrd", "collateralValueXrd"],
] as const)(
  "the sum of %s is that of the batch summaries, to the last digit",
  async (column, field) => {
    const rows = await query(
      `SELECT sum(${column})::VARCHAR AS total FROM snapshots GROUP BY batch_index ORDER BY batch_index`,
    );
    const exact = (text: unknown) => sumDecimals([String(text)]);
    expect(rows.map(({ total }) => exact(total))).toEqual(byBatch((s) => s[field]).map(exact));
  },
);

test.each(["no_debt", "healthy", "liquidatable", "bad_debt", "unverified"] as const)(
  "as many rows are %s as the batch summaries count",
  async (verdict) => {
    const rows = await query(
      `SELECT count(*) FILTER (verdict = '${verdict}') AS rows FROM snapshots GROUP BY batch_index ORDER BY batch_index`,
    );
    expect(rows.map((row) => row.rows)).toEqual(byBatch((s) => s.verdicts[verdict] ?? 0));
  },
);

test("the verdict on every position is the ledger's own", async () => {
  const rows = await query("SELECT cdp_id, verdict FROM snapshots WHERE verdict <> 'skipped'");
  const truth = new Map(
    before.overLine.map(({ cdpId, badDebt }) => [cdpId, badDebt ? "bad_debt" : "liquidatable"]),
  );
  const judged = rows
    .map(({ cdp_id, verdict }) => [cdp_id, verdict] as const)
    .filter(([, verdict]) => verdict === "liquidatable" || verdict === "bad_debt");
  expect(new Map(judged)).toEqual(truth);
  expect(
    [...truth.values()].filter((verdict) => verdict === "liquidatable").length,
  ).toBeGreaterThan(5);
  expect([...truth.values()].filter((verdict) => verdict === "bad_debt").length).toBeGreaterThan(0);
  const others = new Set(
    rows.filter(({ cdp_id }) => !truth.has(String(cdp_id))).map((r) => r.verdict),
  );
  expect([...others].sort()).toEqual(["healthy", "no_debt"]);
});

test("the ratio of every position over the line is the ledger's, off-ledger and confirmed", async () => {
  const rows = await query(
    "SELECT cdp_id, coalesce(liquidation_ltv::VARCHAR, liquidation_ltv_text) AS ltv, confirmed_liquidation_ltv::VARCHAR AS confirmed FROM snapshots WHERE verdict = 'liquidatable'",
  );
  const truth = new Map(
    before.overLine.map(({ cdpId, liquidationLtv }) => [cdpId, liquidationLtv]),
  );
  for (const { cdp_id, ltv, confirmed } of rows) {
    const ratio = Number(truth.get(String(cdp_id)));
    expect(Number(ltv)).toBeCloseTo(ratio, 12);
    expect(Number(confirmed)).toBeCloseTo(ratio, 12);
  }
  expect(rows.length).toBeGreaterThan(5);
});

test("what the run called liquidatable is what was liquidated, and nothing else was touched", async () => {
  const rows = await query("SELECT cdp_id FROM snapshots WHERE verdict = 'liquidatable'");
  const liquidatable = new Set(rows.map(({ cdp_id }) => cdp_id));
  const touched = new Set(after.liquidations.map(({ cdpId }) => cdpId));
  expect([...touched].filter((id) => !liquidatable.has(id))).toEqual([]);
  expect(touched.size).toBeGreaterThan(5);
  expect(after.wronglyTouched).toEqual([]);
});

test("outcomes are queried beside the snapshots: how each liquidatable position ended, and what it earned", async () => {
  const rows = await query(
    `SELECT cdp_id, list(ending) AS endings, sum(CAST(profitXrd AS DECIMAL(38, 18)))::VARCHAR AS profit
      FROM snapshots JOIN outcomes ON cdpId = cdp_id WHERE verdict = 'liquidatable' GROUP BY cdp_id`,
  );
  const liquidated = Map.groupBy(after.liquidations, ({ cdpId }) => cdpId);
  expect(rows.length).toBeGreaterThanOrEqual(liquidated.size);
  for (const { cdp_id, endings, profit } of rows) {
    const commits = liquidated.get(String(cdp_id)) ?? [];
    const ended = (endings as string[]).filter((ending) => ending === "liquidated");
    expect(ended).toHaveLength(commits.length);
    const earned = sumDecimals(commits.map(({ profitXrd }) => profitXrd));
    expect(sumDecimals([profit === null ? "0" : String(profit)])).toBe(earned);
  }
});
