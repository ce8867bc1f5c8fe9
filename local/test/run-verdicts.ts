import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";
import { LOCAL_AWS } from "../src/aws/names.ts";
import type { RunningStack } from "./running-stack.ts";

const rows = z.array(
  z.object({
    cdp_id: z.string(),
    verdict: z.string(),
    reason: z.string().nullable(),
    resources: z.array(z.string()),
  }),
);

/** What a run made of one CDP. */
export interface CdpVerdict {
  readonly verdict: string;
  readonly reason: string | null;
  /** All that it owes and holds. */
  readonly resources: readonly string[];
}

/** What a run made of every CDP that is not burned, by id, as its snapshot says. */
export async function readVerdicts(
  { folder }: Pick<RunningStack, "folder">,
  runId: string,
): Promise<ReadonlyMap<string, CdpVerdict>> {
  const files = join(folder.s3, LOCAL_AWS.dataBucket, `snapshots/run=${runId}/*.parquet`);
  const database = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await database.connect();
  try {
    const reader = await connection.runAndReadAll(
      `SELECT cdp_id, verdict, reason,
         list_concat([x.resource FOR x IN loans], [x.resource FOR x IN collaterals]) AS resources
       FROM read_parquet('${files}') WHERE verdict <> 'skipped'`,
    );
    return new Map(
      rows
        .parse(reader.getRowObjectsJson())
        .map(({ cdp_id, ...verdict }) => [cdp_id, verdict] as const),
    );
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
