import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Outcome, outcomeKey } from "../../../packages/messages/src/index.ts";
import { encodeSnapshot, type SnapshotRow } from "../../../packages/store/src/index.ts";
import { inFolder } from "./synthesized.ts";

type Query = (sql: string) => Promise<unknown[][]>;

interface Connection {
  runAndReadAll(sql: string): Promise<{ getRowsJson(): unknown[][] }>;
  closeSync(): void;
}

/** DuckDB comes with the package that writes snapshots, whose tests read them with it. */
const { DuckDBInstance } = createRequire(
  new URL("../../../packages/store/package.json", import.meta.url),
)("@duckdb/node-api");

/** Runs `use` with a snapshot as the indexer writes it. */
export function withSnapshot<T>(
  rows: readonly SnapshotRow[],
  use: (query: Query, file: string) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const file = join(folder, "batch=00000.parquet");
    await writeFile(file, encodeSnapshot(rows, {}));
    return withDatabase((query) => use(query, file));
  });
}

/** Runs `use` with outcomes as the liquidator writes them, each under its key. */
export function withOutcomes<T>(
  outcomes: readonly Outcome[],
  use: (query: Query, files: string) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    for (const outcome of outcomes) {
      const file = join(folder, outcomeKey(outcome.runId, outcome.cdpId, outcome.attempt));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify(outcome));
    }
    return withDatabase((query) => use(query, join(folder, "outcomes/*/*/*.json")));
  });
}

async function withDatabase<T>(use: (query: Query) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection: Connection = await instance.connect();
  try {
    return await use(async (sql) => (await connection.runAndReadAll(sql)).getRowsJson());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
