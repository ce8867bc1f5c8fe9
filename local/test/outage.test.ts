import { readFile } from "node:fs/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  batchSummaryKey,
  batchSummarySchema,
  coverageSchema,
  type IndexBatch,
  type RunManifest,
  runCoverageKey,
  runIdOf,
  runManifestKey,
  runManifestSchema,
} from "@weft/messages";
import { createRunPointer } from "@weft/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_AWS } from "../src/aws/names.ts";
import { readRunBooks } from "../src/start/books.ts";
import { coverageOf } from "../src/start/coverage.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { untilSuperseded } from "./superseded-probe.ts";

const CALM = new AbortController().signal;
const CDPS = 120;
const BATCH_SIZE = 30;
const BATCHES = 4;
const TEN_MINUTES = 600;
const INTERVAL_MS = 300_000;
const DAY_MS = 86_400_000;
const LONG_AGO = "20000101T000000Z";

let stack: RunningStack;

beforeAll(async () => {
  stack = await startRunningStack(CDPS);
}, 60_000);

afterAll(() => stack.stop());

const gatewayRequests = async () => {
  const { reads, previews } = await stack.control.requests(CALM);
  return reads + previews;
};

describe("a head that has been frozen for ten minutes", () => {
  test("is refused and told of, sends nothing, and needs nobody once it thaws", async () => {
    await stack.setFaults({ frozen: true });
    await stack.control.advance(TEN_MINUTES, CALM);
    // Every try of the Job ends with the code of what may heal, so that it is tried again.
    await expect(stack.dispatch(BATCH_SIZE)).rejects.toThrow("ended with exit code 75");
    const told = await stack.dispatcherMetrics();
    expect(told).toMatchObject({ dispatcher_stale_heads_total: 1 });
    expect(told.dispatcher_head_age_seconds).toBeGreaterThanOrEqual(TEN_MINUTES);
    // Nothing is said of what the run did not come to know: the last word on coverage stays.
    expect(Object.keys(told).filter((name) => name.includes("_cdps"))).toEqual([]);
    expect(await stack.depths(CALM)).toMatchObject({ index: 0, liquidation: 0 });
    expect(await stack.clients.objects.listKeys("runs/", CALM)).toEqual([]);

    await stack.setFaults({ frozen: null });
    await stack.control.advance(60, CALM);
    const runId = await stack.round(BATCH_SIZE);
    const { expected, scanned, skipped, failed } = coverageOf(
      await readRunBooks(stack.clients.objects, runId, CALM),
    );
    expect([expected, failed]).toEqual([CDPS, 0]);
    expect(scanned + skipped).toBe(CDPS);
  }, 60_000);
});

function batchOf(manifest: RunManifest, runId: string, batchIndex: number): IndexBatch {
  const first = batchIndex * BATCH_SIZE + 1;
  return {
    version: 1,
    kind: "index-batch",
    ...{ runId, batchIndex, batchCount: BATCHES },
    stateVersion: manifest.stateVersion,
    ledgerTime: manifest.ledgerTime,
    cdps: { kind: "range", first, last: first + BATCH_SIZE - 1 },
    traceId: manifest.traceId,
  };
}

describe("the backlog of an outage", () => {
  const RUNS = 50;

  /** Batches of earlier runs, as they lie on the queue after some hours: the runs that they are of. */
  async function queueBacklog(manifest: RunManifest): Promise<string[]> {
    const yesterdayMs = Date.parse(manifest.scheduledAt) - DAY_MS;
    const runIds = Array.from({ length: RUNS }, (_, index) =>
      runIdOf(yesterdayMs - index * INTERVAL_MS),
    );
    const batches = runIds.flatMap((runId) =>
      Array.from({ length: BATCHES }, (_, batchIndex) => batchOf(manifest, runId, batchIndex)),
    );
    await Promise.all(
      batches.map((batch) => stack.send(stack.queueNames.index, JSON.stringify(batch))),
    );
    return runIds;
  }

  test("is acknowledged without a single request to the Gateway, and the newest run is worked behind it", async () => {
    await stack.control.advance(INTERVAL_MS / 1_000, CALM);
    const newest = await stack.round(BATCH_SIZE);
    const manifest = runManifestSchema.parse(
      await stack.clients.objects.getJson(runManifestKey(newest), CALM),
    );
    await untilSuperseded(stack, LONG_AGO, manifest);
    await stack.untilQueuesEmpty();
    const before = await gatewayRequests();
    const ended = (await stack.indexerMetrics()).get('indexer_batches_total{verdict="superseded"}');
    const runIds = await queueBacklog(manifest);
    await stack.untilQueuesEmpty();
    expect(await gatewayRequests()).toBe(before);
    const metrics = await stack.indexerMetrics();
    const superseded = metrics.get('indexer_batches_total{verdict="superseded"}') ?? 0;
    expect(superseded - (ended ?? 0)).toBe(RUNS * BATCHES);
    const oldest = runIds.at(-1) ?? "";
    const key = batchSummaryKey(oldest, BATCHES - 1);
    const stored = batchSummarySchema.parse(await stack.clients.objects.getJson(key, CALM));
    expect(stored).toMatchObject({ expected: 30, scanned: 0, skipped: { superseded: 30 } });

    await stack.control.advance(INTERVAL_MS / 1_000, CALM);
    const next = await stack.round(BATCH_SIZE);
    const books = coverageOf(await readRunBooks(stack.clients.objects, next, CALM));
    expect(books.scanned + books.skipped).toBe(CDPS);
    expect(await stack.dispatcherMetrics()).toMatchObject({
      dispatcher_previous_run_missing_cdps: 0,
      dispatcher_gap_cdps: 0,
      dispatcher_lost_cdps: 0,
    });
  }, 60_000);
});

describe("an hour in which no indexer runs", () => {
  const RUNS = 12;

  test("leaves a backlog of which the newest run alone is worked, at once, and books that add up for every run", async () => {
    const pid = Number(await readFile(stack.folder.pidFile("indexer-1"), "utf8"));
    const runIds: string[] = [];
    process.kill(pid, "SIGSTOP");
    try {
      for (let run = 0; run < RUNS; run += 1) {
        await stack.control.advance(INTERVAL_MS / 1_000, CALM);
        runIds.push(await stack.dispatch(BATCH_SIZE));
      }
      expect(await stack.depths(CALM)).toMatchObject({ index: RUNS * BATCHES });
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await stack.untilQueuesEmpty({ withinMs: 20_000 });

    await stack.control.advance(INTERVAL_MS / 1_000, CALM);
    const after = await stack.round(BATCH_SIZE);
    const books = await Promise.all(
      runIds.map(async (runId) =>
        coverageSchema.parse(await stack.clients.objects.getJson(runCoverageKey(runId), CALM)),
      ),
    );
    for (const { expected, scanned, skipped, failed, missing, settled, candidates } of books) {
      expect({ expected, missing, settled, candidates }).toEqual({
        ...{ expected: CDPS, missing: 0, settled: true, candidates: 0 },
      });
      expect(scanned + skipped.burned + skipped.superseded).toBe(CDPS);
      expect(failed).toEqual({ undecodable: 0, unconfirmed: 0 });
    }
    expect(books.at(-1)?.skipped.superseded).toBe(0);
    // What was known of the runs when the hour began is good for some seconds yet.
    const unread = books.filter(({ skipped }) => skipped.superseded === CDPS);
    expect(unread.length).toBeGreaterThan(RUNS / 2);
    const next = coverageOf(await readRunBooks(stack.clients.objects, after, CALM));
    expect(next.scanned + next.skipped).toBe(CDPS);
    expect(await stack.dispatcherMetrics()).toMatchObject({ dispatcher_lost_cdps: 0 });
  }, 90_000);
});

describe("a run that comes late", () => {
  test("sends nothing, and moves nothing back", async () => {
    const { region, accessKeyId, secretAccessKey, stateTable } = LOCAL_AWS;
    const credentials = { accessKeyId, secretAccessKey };
    const endpoint = stack.endpoints.dynamodbUrl;
    const dynamo = new DynamoDBClient({ region, credentials, endpoint });
    const pointer = createRunPointer({ dynamo, table: stateTable });
    await stack.control.advance(INTERVAL_MS / 1_000, CALM);
    const newer = runIdOf((await stack.control.nowMs(CALM)) + INTERVAL_MS);
    await pointer.begin(newer, CALM);
    const before = await pointer.read(CALM);
    const late = await stack.dispatch(BATCH_SIZE);
    expect(late < newer).toBe(true);
    expect(await stack.clients.objects.getJson(runManifestKey(late), CALM)).toBeUndefined();
    expect(await stack.depths(CALM)).toMatchObject({ index: 0 });
    expect(await pointer.read(CALM)).toEqual(before);
    dynamo.destroy();
    await stack.control.advance((2 * INTERVAL_MS) / 1_000, CALM);
  });
});
