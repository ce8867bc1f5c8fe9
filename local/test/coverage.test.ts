import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";
import {
  type BatchSummary,
  batchSummaryKey,
  batchSummaryPrefix,
  batchSummarySchema,
  type Coverage,
  coverageSchema,
  type IndexBatch,
  type RunManifest,
  runCoverageKey,
  runIdOf,
  runManifestKey,
} from "@weft/messages";
import { createObjectStore, createRunPointer } from "@weft/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_AWS } from "../src/aws/names.ts";
import type { Audit } from "../src/simulator/ledger/types.ts";
import { scheduledMinute } from "../src/start/dispatch.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { untilSuperseded } from "./superseded-probe.ts";
import { until } from "./until.ts";

/**
 * One run in which everything goes wrong that can go wrong with a CDP. 100 CDPs were minted, and the run believes in 140:
 * batches 0 to 4 are of CDPs that there are, 5 of ids that nobody minted, and 6 is never sent. Some CDPs cannot be read,
 * the ledger judges none, one batch is sent again three times, and one comes up only after a newer run.
 */
const CALM = new AbortController().signal;
const MINTED = 100;
const BATCH_SIZE = 20;
const [BATCHES, SUPERSEDED, LOST] = [7, 4, 6];
const CORRUPT = ["#3#", "#21#", "#22#"];
const INTERVAL_SECONDS = 300;

let stack: RunningStack;
let runId: string;
let audit: Audit;
let summaries: readonly BatchSummary[];
/** Of the runs before it too. */
let everyBatch: readonly BatchSummary[];
let coverage: Coverage;
let metrics: ReadonlyMap<string, number>;
let told: Readonly<Record<string, number>>;

beforeAll(async () => {
  stack = await startRunningStack(MINTED);
  // Calm rounds first, in which prices come to be believed.
  for (const _round of [1, 2]) {
    await stack.round(BATCH_SIZE);
    await stack.control.advance(INTERVAL_SECONDS, CALM);
  }
  audit = await stack.control.audit(CALM);
  const everybody = Array.from({ length: MINTED }, (_, index) => `#${index + 1}#`);
  await stack.setFaults({ corruptCdpIds: CORRUPT, unvaluableCdpIds: everybody });
  // Enough to bring some near the line, and less than a price may move between two looks.
  await stack.control.crash("0.08", CALM);
  runId = await workFaultyRun();
  metrics = await stack.indexerMetrics();
  everyBatch = await readSummaries("runs/");
  summaries = await readSummaries(batchSummaryPrefix(runId));
  await stack.setFaults({ corruptCdpIds: null, unvaluableCdpIds: null });
  await stack.control.advance(INTERVAL_SECONDS, CALM);
  await stack.dispatch(BATCH_SIZE);
  told = await stack.dispatcherMetrics();
  coverage = coverageSchema.parse(await stack.clients.objects.getJson(runCoverageKey(runId), CALM));
}, 60_000);

afterAll(() => stack.stop());

async function readSummaries(prefix: string): Promise<BatchSummary[]> {
  const keys = await stack.clients.objects.listKeys(prefix, CALM);
  return Promise.all(
    keys
      .filter((key) => key.includes("/batches/"))
      .map(async (key) => batchSummarySchema.parse(await stack.clients.objects.getJson(key, CALM))),
  );
}

/** As a dispatcher would that counts forty CDPs too many, and dies before its last batch. */
async function workFaultyRun(): Promise<string> {
  const aws = connectAws(stack);
  const scheduledAtMs = scheduledMinute(await stack.control.nowMs(CALM));
  const head = await fetchHead();
  const manifest: RunManifest = {
    version: 1,
    runId: runIdOf(scheduledAtMs),
    scheduledAt: new Date(scheduledAtMs).toISOString(),
    stateVersion: String(head.state_version),
    ledgerTime: head.proposer_round_timestamp,
    expected: BATCHES * BATCH_SIZE,
    batchSize: BATCH_SIZE,
    batchCount: BATCHES,
    marketCdpCounter: String(MINTED),
    ids: { kind: "consecutive", first: 1 },
    previousRunId: null,
    traceId: "0123456789abcdef0123456789abcdef",
  };
  await aws.objects.putJson(runManifestKey(manifest.runId), manifest, CALM);
  await aws.pointer.begin(manifest.runId, CALM);
  for (const index of [0, 1, 2, 3, 5]) await sendBatch(manifest, index);
  await stack.untilQueuesEmpty();
  // Sent again, three times, when it had been worked to its end: as by a Job that is tried again.
  for (const _again of [1, 2, 3]) await sendBatch(manifest, 1, { again: true });
  await stack.untilQueuesEmpty();
  await aws.pointer.advance(runIdOf(scheduledAtMs + 1_000), CALM);
  // A run of a second before, which so far nothing supersedes.
  await untilSuperseded(stack, runIdOf(scheduledAtMs - 1_000), manifest);
  await sendBatch(manifest, SUPERSEDED);
  await stack.untilQueuesEmpty();
  aws.close();
  return manifest.runId;
}

const batchOf = (manifest: RunManifest, batchIndex: number): IndexBatch => ({
  version: 1,
  kind: "index-batch",
  runId: manifest.runId,
  batchIndex,
  batchCount: BATCHES,
  stateVersion: manifest.stateVersion,
  ledgerTime: manifest.ledgerTime,
  cdps: {
    kind: "range",
    first: batchIndex * BATCH_SIZE + 1,
    last: (batchIndex + 1) * BATCH_SIZE,
  },
  traceId: manifest.traceId,
});

const sendBatch = (manifest: RunManifest, batchIndex: number, mark: Partial<IndexBatch> = {}) =>
  stack.send(stack.queueNames.index, JSON.stringify({ ...batchOf(manifest, batchIndex), ...mark }));

async function fetchHead() {
  const gateway = stack.gatewayUrl;
  const response = await fetch(`${gateway}/status/gateway-status`, { method: "POST", body: "{}" });
  const { ledger_state } = (await response.json()) as {
    ledger_state: { state_version: number; proposer_round_timestamp: string };
  };
  return ledger_state;
}

function connectAws({ endpoints }: RunningStack) {
  const { region, accessKeyId, secretAccessKey, stateTable, dataBucket } = LOCAL_AWS;
  const shared = { region, credentials: { accessKeyId, secretAccessKey } };
  const dynamo = new DynamoDBClient({ ...shared, endpoint: endpoints.dynamodbUrl });
  const s3 = new S3Client({ ...shared, endpoint: endpoints.s3Url, forcePathStyle: true });
  return {
    objects: createObjectStore({ s3, bucket: dataBucket }),
    pointer: createRunPointer({ dynamo, table: stateTable }),
    close() {
      dynamo.destroy();
      s3.destroy();
    },
  };
}

/** What a run came to, by what became of its CDPs. */
type Books = Readonly<Record<string, number>>;

function booksOf({
  scanned,
  skipped,
  failed,
}: Pick<BatchSummary, "scanned" | "skipped" | "failed">): Books {
  return { scanned, ...skipped, ...failed };
}

function add(parts: readonly Books[]): Books {
  const total: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

const sum = (books: Books) => Object.values(books).reduce((total, count) => total + count, 0);

/** Rows of the run's snapshot by verdict and, of those skipped, reason. */
async function snapshotBooks(): Promise<Books> {
  const files = join(stack.folder.s3, LOCAL_AWS.dataBucket, `snapshots/run=${runId}/*.parquet`);
  const database = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await database.connect();
  try {
    const reader = await connection.runAndReadAll(
      `SELECT CASE verdict WHEN 'skipped' THEN reason WHEN 'undecodable' THEN verdict
         WHEN 'unconfirmed' THEN verdict ELSE 'scanned' END, count(*)
       FROM read_parquet('${files}') GROUP BY 1`,
    );
    return Object.fromEntries(reader.getRowsJson().map(([name, n]) => [String(name), Number(n)]));
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

describe("a run in which everything goes wrong", () => {
  test("accounts for every id in its summaries", () => {
    const books = add(summaries.map(booksOf));
    expect(books).toMatchObject({ unknown: 20, superseded: 20, undecodable: 3 });
    expect(books.unconfirmed).toBeGreaterThan(0);
    expect(books.scanned).toBeGreaterThan(30);
    expect(books.burned).toBeLessThanOrEqual(audit.cdps.burned);
    expect(sum(books)).toBe((BATCHES - 1) * BATCH_SIZE);
  });

  test("comes to the same in its own books, with what is missing", () => {
    expect(booksOf(coverage)).toEqual(add(summaries.map(booksOf)));
    expect(coverage).toMatchObject({
      expected: 140,
      missing: 20,
      missingBatches: [LOST],
      settled: true,
    });
    expect(sum(booksOf(coverage)) + coverage.missing).toBe(coverage.expected);
  });

  test("comes to the same in its snapshot, in which superseded batches have no rows", async () => {
    const { superseded: _unread, ...read } = booksOf(coverage);
    expect(await snapshotBooks()).toEqual(read);
  });

  test("comes to the same in what the dispatcher of the next run tells", () => {
    const previous = Object.entries({ ...booksOf(coverage), missing: 20, expected: 140 }).map(
      ([name, count]) => [`dispatcher_previous_run_${name}_cdps`, count],
    );
    expect(told).toMatchObject(Object.fromEntries(previous));
    expect(told).toMatchObject({
      dispatcher_lost_cdps: 20,
      // Nobody has looked at the superseded ones, nor at the missing.
      dispatcher_gap_cdps: 40,
      dispatcher_expected_cdps: MINTED,
      dispatcher_counter_difference_cdps: 0,
    });
  });

  test("comes to the same in the indexer's metrics, whatever was delivered again", () => {
    const counted = (verdict: string) => metrics.get(`indexer_cdps_total{verdict="${verdict}"}`);
    const stored = add(
      everyBatch.map(({ verdicts, skipped, failed }) => ({ ...verdicts, ...skipped, ...failed })),
    );
    for (const [verdict, count] of Object.entries(stored)) {
      expect([verdict, counted(verdict)]).toEqual([verdict, count]);
    }
    expect(metrics.get('indexer_batches_total{verdict="repeated"}')).toBe(3);
  });

  test("queues no candidate that the ledger did not confirm", () => {
    expect(coverage.candidates).toBe(0);
    const queued = everyBatch.reduce((total, { candidates }) => total + candidates, 0);
    expect(metrics.get("indexer_candidates_total")).toBe(queued);
  });

  test("is followed by one that looks at every CDP, what this one did not look at first", async () => {
    const looked = await Promise.all(
      [0, 1, 2, 3, 4].map(async (index) => {
        const key = batchSummaryKey(coverage.closedByRunId, index);
        const stored = await until(() => stack.clients.objects.getJson(key, CALM));
        return batchSummarySchema.parse(stored);
      }),
    );
    const books = add(looked.map(booksOf));
    expect(books).toMatchObject({ superseded: 0, unknown: 0, undecodable: 0, unconfirmed: 0 });
    expect(sum(books)).toBe(MINTED);
    const inOrder = looked.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
    expect(inOrder[0]?.batchIndex).toBe(SUPERSEDED);
  });
});
