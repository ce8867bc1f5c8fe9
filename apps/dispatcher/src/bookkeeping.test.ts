import type { BatchSummary, Coverage, RunManifest } from "@weft/messages";
import { AppError, createLogger } from "@weft/runtime";
import type { ObjectStore } from "@weft/store";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { sampleManifest, sampleSummary } from "../test/sample-run.ts";
import { createBookkeeping } from "./bookkeeping.ts";
import { createMetrics, readMetrics } from "./metrics.ts";

const signal = new AbortController().signal;
const EMPTY = { visible: 0, inFlight: 0, delayed: 0 };

/** The run before: two batches of 500, of which the first has reported. */
const previous: RunManifest = { ...sampleManifest, expected: 1_000, batchCount: 2 };
const first: BatchSummary = sampleSummary;
const second: BatchSummary = { ...sampleSummary, batchIndex: 1 };
const current: RunManifest = {
  ...sampleManifest,
  runId: "20261120T220000Z",
  scheduledAt: "2026-11-20T22:00:00.000Z",
  previousRunId: previous.runId,
};

function createWorld(
  objects: Record<string, unknown>,
  { depth = EMPTY, begun = current.runId }: { depth?: typeof EMPTY; begun?: string } = {},
) {
  const registry = new Registry();
  const lines: Record<string, unknown>[] = [];
  const stored = new Map(Object.entries(objects));
  const store: Pick<ObjectStore, "getChecked" | "putJson" | "listKeys"> = {
    getChecked: (key, schema) => {
      const value = stored.get(key);
      return Promise.resolve(value === undefined ? undefined : schema.parse(value));
    },
    putJson: (key, value) => {
      stored.set(key, value);
      return Promise.resolve();
    },
    listKeys: (prefix) =>
      Promise.resolve([...stored.keys()].filter((key) => key.startsWith(prefix))),
  };
  const bookkeeping = createBookkeeping({
    objects: store as ObjectStore,
    runPointer: { read: () => Promise.resolve({ latest: begun, begun }) },
    queueDepth: () => Promise.resolve(depth),
    metrics: createMetrics(registry),
    log: createLogger({
      ...{ app: "test", version: "0", level: "info" },
      destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
    }),
  });
  const run = async () => {
    const reviews = await bookkeeping.reviewRuns(current, signal);
    await bookkeeping.storeBooks(current.runId, reviews, signal);
    return reviews;
  };
  const coverage = () => stored.get("runs/20261120T215500Z/coverage.json") as Coverage | undefined;
  return { run, coverage, lines, store, metrics: () => readMetrics(registry) };
}

const bucket = {
  "runs/20261120T215500Z/manifest.json": previous,
  "runs/20261120T215500Z/batches/00000.json": first,
};
const whole = { ...bucket, "runs/20261120T215500Z/batches/00001.json": second };

describe("the books of the run before", () => {
  it("are stored, and told in metrics that add up", async () => {
    const world = createWorld(whole);
    await world.run();
    expect(world.coverage()).toMatchObject({ expected: 1_000, missing: 0, settled: true });
    expect(await world.metrics()).toMatchObject({
      dispatcher_previous_run_expected_cdps: 1_000,
      dispatcher_previous_run_scanned_cdps: 960,
      dispatcher_previous_run_burned_cdps: 38,
      dispatcher_previous_run_unknown_cdps: 0,
      dispatcher_previous_run_superseded_cdps: 0,
      dispatcher_previous_run_undecodable_cdps: 2,
      dispatcher_previous_run_unconfirmed_cdps: 0,
      dispatcher_previous_run_missing_cdps: 0,
      dispatcher_lost_cdps: 0,
      dispatcher_settled_run_timestamp_seconds: 1_795_211_698,
    });
    expect(world.lines).toMatchObject([{ level: "info", message: "run closed" }]);
  });

  it.each([
    ["visible", { ...EMPTY, visible: 1 }],
    ["in flight", { ...EMPTY, inFlight: 1 }],
    ["delayed", { ...EMPTY, delayed: 1 }],
  ])("stay open while a message is %s: the batch may be that one", async (_title, depth) => {
    const world = createWorld(bucket, { depth });
    await world.run();
    expect(world.coverage()).toMatchObject({ missing: 500, settled: false });
    const told = await world.metrics();
    expect(told).toMatchObject({ dispatcher_lost_cdps: 0 });
    expect(told).not.toHaveProperty("dispatcher_settled_run_timestamp_seconds");
    expect(world.lines).toMatchObject([
      { level: "warn", message: "batches of a run have not reported yet" },
    ]);
  });

  it("say what is lost when nothing is queued, once", async () => {
    const world = createWorld(bucket);
    await world.run();
    expect(world.coverage()).toMatchObject({ missing: 500, settled: true });
    expect(await world.metrics()).toMatchObject({ dispatcher_lost_cdps: 500 });
    expect(world.lines).toMatchObject([
      { level: "error", message: "batches of a run are lost", missingBatches: [1] },
    ]);
    await world.run();
    expect(await world.metrics()).toMatchObject({
      dispatcher_lost_cdps: 0,
      dispatcher_previous_run_missing_cdps: 500,
    });
    expect(world.lines).toHaveLength(1);
  });

  it("are left to a newer run that has begun", async () => {
    const world = createWorld(whole, { begun: "20261120T220500Z" });
    await world.run();
    expect(world.coverage()).toBeUndefined();
  });

  it("do not hold up a run when they cannot be read, nor say anything false", async () => {
    const world = createWorld(whole);
    const outage = new AppError("object_store_failed", "503", { disposition: "retry" });
    Object.assign(world.store, { listKeys: () => Promise.reject(outage) });
    expect(await world.run()).toEqual([]);
    expect(world.coverage()).toBeUndefined();
    expect(Object.keys(await world.metrics())).not.toContain(
      "dispatcher_previous_run_missing_cdps",
    );
    expect(world.lines).toMatchObject([{ level: "error", code: "object_store_failed" }]);
  });

  it("do not fail a run when they cannot be stored", async () => {
    const world = createWorld(whole);
    const outage = new AppError("object_store_failed", "503", { disposition: "retry" });
    Object.assign(world.store, { putJson: () => Promise.reject(outage) });
    await world.run();
    expect(world.lines).toMatchObject([{ level: "error", message: "books not stored" }]);
  });
});
