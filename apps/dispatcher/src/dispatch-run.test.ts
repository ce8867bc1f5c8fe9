import type { IndexBatch, RunManifest } from "@weft/messages";
import { batchCdpIds } from "@weft/messages";
import { AppError, createLogger } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { type DispatchRunDeps, dispatchRun } from "./dispatch-run.ts";

const signal = new AbortController().signal;
const order = {
  runId: "20261120T215500Z",
  scheduledAtMs: Date.parse("2026-11-20T21:55:00Z"),
  batchSize: 500,
};

const planned: RunManifest = {
  version: 1,
  runId: "20261120T215500Z",
  scheduledAt: "2026-11-20T21:55:00.000Z",
  stateVersion: "370965851",
  ledgerTime: "2026-11-20T21:54:58.000Z",
  expected: 1_138,
  batchSize: 500,
  batchCount: 3,
  marketCdpCounter: "1138",
  ids: { kind: "consecutive", first: 1 },
  previousRunId: "20261120T215000Z",
  traceId: "0123456789abcdef0123456789abcdef",
};

/** A world with one earlier run in which everything works; `steps` tells what became visible, in order. */
function createWorld(change: Partial<DispatchRunDeps> = {}) {
  const steps: string[] = [];
  const sent: IndexBatch[] = [];
  const differences: bigint[] = [];
  const manifests = new Map<string, RunManifest>();
  let latest = "20261120T215000Z";
  const deps: DispatchRunDeps = {
    readFreshPopulation: () =>
      Promise.resolve({
        stateVersion: 370_965_851n,
        timestampMs: Date.parse("2026-11-20T21:54:58Z"),
        totalCount: 1_138,
        firstIds: ["#1#"],
      }),
    readCdpCounter: () => Promise.resolve(1_138n),
    survey: () => Promise.resolve({ kind: "consecutive", first: 1, expected: 1_138 }),
    listIds: () => Promise.resolve(["#1#", "#2#", "#9#"]),
    readManifest: (runId) => Promise.resolve(manifests.get(runId)),
    putManifest: (manifest) => {
      steps.push("manifest");
      manifests.set(manifest.runId, manifest);
      return Promise.resolve();
    },
    latestRun: () => Promise.resolve(latest),
    advanceRun: (runId) => {
      steps.push("pointer");
      latest = runId;
      return Promise.resolve();
    },
    send: (batches) => {
      steps.push("batches");
      sent.push(...batches);
      return Promise.resolve();
    },
    newTraceId: () => "0123456789abcdef0123456789abcdef",
    onCounterDifference: (difference) => differences.push(difference),
    log: createLogger({ app: "test", version: "0", level: "silent" }),
    ...change,
  };
  return { deps, steps, sent, manifests, differences };
}

describe("dispatchRun", () => {
  it("plans the run, and lets it be seen in an order that a crash cannot harm", async () => {
    const world = createWorld();
    const dispatch = await dispatchRun(order, world.deps, signal);
    expect(dispatch).toEqual({ kind: "dispatched", manifest: planned, repeated: false });
    expect(world.steps).toEqual(["manifest", "pointer", "batches"]);
    expect(world.sent.map(({ cdps }) => cdps)).toEqual([
      { kind: "range", first: 1, last: 500 },
      { kind: "range", first: 501, last: 1_000 },
      { kind: "range", first: 1_001, last: 1_138 },
    ]);
  });

  it("does nothing on a head that is not believed", async () => {
    const stale = new AppError("stale_head", "old", { disposition: "retry" });
    const world = createWorld({ readFreshPopulation: () => Promise.reject(stale) });
    await expect(dispatchRun(order, world.deps, signal)).rejects.toBe(stale);
    expect(world.steps).toEqual([]);
  });

  it("repeats the same messages when the Job is tried again, whatever the ledger says by then", async () => {
    const world = createWorld();
    const outage = new AppError("queue_send_failed", "no answer", { disposition: "retry" });
    const failing = { ...world.deps, send: () => Promise.reject(outage) };
    await expect(dispatchRun(order, failing, signal)).rejects.toBe(outage);

    const later = createWorld({ readCdpCounter: () => Promise.resolve(1_200n) });
    const readManifest = world.deps.readManifest;
    const latestRun = world.deps.latestRun;
    const again = await dispatchRun(order, { ...later.deps, readManifest, latestRun }, signal);
    expect(again).toEqual({ kind: "dispatched", manifest: planned, repeated: true });
    expect(later.steps).toEqual(["pointer", "batches"]);
    expect(later.sent.map(({ stateVersion }) => stateVersion)).toEqual([
      "370965851",
      "370965851",
      "370965851",
    ]);
  });

  it("reads listed ids again at the pinned state when it repeats a run", async () => {
    const stored: RunManifest = { ...planned, ids: { kind: "listed" }, expected: 3, batchCount: 1 };
    const world = createWorld({ readManifest: () => Promise.resolve(stored) });
    await dispatchRun(order, world.deps, signal);
    expect(world.sent.map(batchCdpIds)).toEqual([["#1#", "#2#", "#9#"]]);
  });

  it("goes by the ids when the market counts otherwise, and tells", async () => {
    const world = createWorld({ readCdpCounter: () => Promise.resolve(1_139n) });
    const dispatch = await dispatchRun(order, world.deps, signal);
    expect(world.differences).toEqual([-1n]);
    expect(dispatch).toMatchObject({ manifest: { expected: 1_138, marketCdpCounter: "1139" } });
  });

  it("sends nothing when a later run is under way", async () => {
    const world = createWorld({ latestRun: () => Promise.resolve("20261120T220000Z") });
    const dispatch = await dispatchRun(order, world.deps, signal);
    expect(dispatch).toEqual({ kind: "superseded", latestRunId: "20261120T220000Z" });
    expect(world.steps).toEqual([]);
  });

  it("knows no run before the first", async () => {
    const world = createWorld({ latestRun: () => Promise.resolve(undefined) });
    const dispatch = await dispatchRun(order, world.deps, signal);
    expect(dispatch).toMatchObject({ manifest: { previousRunId: null } });
  });
});
