import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
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
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection: Connection = await instance.connect();
    try {
      return await use(async (sql) => (await connection.runAndReadAll(sql)).getRowsJson(), file);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });
}
