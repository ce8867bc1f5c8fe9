import { expect, test } from "vitest";
import { sampleOutcome } from "../../../apps/operator/test/sample-outcome.ts";
import { parseDecimal } from "../../../packages/protocol/src/index.ts";
import type { SnapshotRow } from "../../../packages/store/src/index.ts";
import { SAVED_QUERIES } from "../constructs/saved-queries.ts";
import { withOutcomes, withSnapshot } from "./stored-files.ts";

const BOUNDLESS = "3138550867693340381917894711603833208051.177722232017256447";

const row: SnapshotRow = {
  ...{ cdpId: "#1#", runId: "", batchIndex: 0, stateVersion: 7n, ledgerTimeMs: 0 },
  ...{
    mintedAtSeconds: null,
    updatedAtSeconds: null,
    verdict: "healthy",
    reason: null,
    valueSource: "computed",
  },
  ...{
    loanValueXrd: parseDecimal("100"),
    adjustedLoanValueXrd: parseDecimal("100"),
    collateralValueXrd: parseDecimal("400"),
  },
  ...{ liquidationCollateralValueXrd: parseDecimal("300"), liquidationLtv: parseDecimal("0.5") },
  ...{ confirmedLiquidationLtv: null, loans: [], collaterals: [] },
};

/** A run of this minute: safe, near, over, boundless, and not valued; the third batch's only. */
const ROWS: readonly SnapshotRow[] = [
  row,
  { ...row, cdpId: "#2#", liquidationLtv: parseDecimal("0.96"), verdict: "confirm" },
  {
    ...row,
    cdpId: "#3#",
    liquidationLtv: parseDecimal("1.01"),
    verdict: "confirm",
    confirmedLiquidationLtv: parseDecimal("0.99"),
  },
  { ...row, cdpId: "#4#", liquidationLtv: parseDecimal(BOUNDLESS), verdict: "bad_debt" },
  { ...row, cdpId: "#5#", liquidationLtv: null, reason: "missing_price", batchIndex: 2 },
];

/** By DuckDB, which speaks nearly the same: only the format of a date differs. */
function answer(name: string): Promise<unknown[][]> {
  const sql = SAVED_QUERIES.find((query) => query.name === name)?.sql ?? "";
  return withSnapshot(ROWS, async (query, file) => {
    await query("CREATE MACRO date_format(t, f) AS strftime(t, '%Y%m%dT%H%M%SZ')");
    await query(`CREATE VIEW snapshots AS SELECT *, date_format(now() AT TIME ZONE 'UTC', '') AS run
      FROM read_parquet('${file}', hive_partitioning = false)`);
    return query(sql);
  });
}

test("health over time counts CDPs and debt in bands", async () => {
  const bands = (await answer("health-over-time")).map(([, ...band]) => band);
  expect(bands).toEqual([
    ["0.95 to 1", "1", "100.000000000000000000"],
    ["below 0.8", "1", "100.000000000000000000"],
    ["not valued", "1", "100.000000000000000000"],
    ["over the line", "2", "200.000000000000000000"],
  ]);
});

test("near the line are those without bound first, then by what the ledger said, or else by our own reckoning", async () => {
  const found = (await answer("near-the-line")).map(([cdp, ltv, boundless]) => [
    cdp,
    ltv,
    boundless,
  ]);
  expect(found).toEqual([
    ["#4#", null, BOUNDLESS],
    ["#3#", "0.990000000000000000", null],
    ["#2#", "0.960000000000000000", null],
  ]);
});

test("the coverage of a run shows a batch that is missing", async () => {
  const [[, batches, byHighestIndex, cdps, distinct] = []] = await answer("coverage-of-a-run");
  expect([batches, byHighestIndex, cdps, distinct]).toEqual(["2", "3", "5", "5"]);
});

test("the earnings of a day are summed to the last digit, by ending and by who paid", async () => {
  const paid = { feeXrd: "0.7", intentHash: "txid_1", endEpochExclusive: 3 };
  const transaction = { ...paid, committedStateVersion: "1010" };
  const earned = { ending: "liquidated", funding: "inventory", transaction } as const;
  const outcomes = [
    sampleOutcome({ ...earned, profitXrd: "0.000000000000000001" }),
    sampleOutcome({ ...earned, profitXrd: "5.5", attempt: 1 }),
    sampleOutcome({ ...earned, funding: "nft", profitXrd: "2", attempt: 2 }),
    sampleOutcome({ ending: "stale", funding: null, profitXrd: null, attempt: 3 }),
  ];
  const found = await withOutcomes(outcomes, async (query, files) => {
    await query("CREATE MACRO date_format(t, f) AS strftime(t, '%Y%m%dT%H%M%SZ')");
    await query(`CREATE VIEW outcomes AS SELECT * EXCLUDE run, date_format(now() AT TIME ZONE 'UTC', '') AS run
      FROM read_json('${files}', hive_partitioning = true)`);
    return query(SAVED_QUERIES.find(({ name }) => name === "earnings-of-a-day")?.sql ?? "");
  });
  expect(found).toEqual([
    ["liquidated", "inventory", "2", "1", "5.500000000000000001", "1.400000000000000000"],
    ["liquidated", "nft", "1", "1", "2.000000000000000000", "0.700000000000000000"],
    ["stale", null, "1", "1", null, null],
  ]);
});

test("every query says its time, and so lists no whole history", () => {
  for (const { sql } of SAVED_QUERIES) expect(sql).toMatch(/WHERE run >= date_format\(/);
});
