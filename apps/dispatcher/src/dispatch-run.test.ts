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
  const runs = { latest: "20261120T215000Z", begun: "20261120T215000Z" };
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
    newestRuns: () => Promise.resolve({ ...runs }),
    reviewRuns: () => Promise.resolve([]),
    beginRun: (runId) => {
      steps.push("begun");
      if (runs.begun > runId) return Promise.resolve(false);
      runs.begun = runId;
      return Promise.resolve(true);
    },
    advanceRun: (runId) => {
      steps.push("pointer");
      if (runs.latest < runId) runs.latest = runId;
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
  return { deps, steps, sent, manifests, differences, runs };
}

describe("dispatchRun", () => {
  it("plans the run, and lets it be seen in an order that a crash cannot harm", async () => {
    const world = createWorld();
    const dispatch = await dispatchRun(order, world.deps, signal);
    expect(dispatch).toEqual({
      ...{ kind: "dispatched", manifest: planned, repeated: false },
      ...{ reviews: [], gapCdps: 0 },
    });
    expect(world.steps).toEqual(["manifest", "begun", "batches", "pointer"]);
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
    const { readManifest, newestRuns } = world.deps;
    const again = await dispatchRun(order, { ...later.deps, readManifest, newestRuns }, signal);
    expect(again).toMatchObject({ kind: "dispatched", manifest: planned, repeated: true });
    expect(later.steps).toEqual(["begun", "batches", "pointer"]);
    expect(later.sent.map(({ stateVersion, again }) => [stateVersion, again])).toEqual([
      ["370965851", true],
      ["370965851", true],
      ["370965851", true],
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
    await dispatchRun(order, world.deps, signal);
    expect(world.differences).toEqual([-1n, -1n]);
  });

  it.each([
    ["was sent", { latest: "20261120T220000Z", begun: "20261120T220000Z" }],
    ["has begun", { latest: "20261120T215000Z", begun: "20261120T220000Z" }],
  ])("sends nothing when a later run %s", async (_title, newest) => {
    const world = createWorld({ newestRuns: () => Promise.resolve(newest) });
    expect(await dispatchRun(order, world.deps, signal)).toEqual({ kind: "superseded" });
    expect(world.steps).toEqual([]);
  });

  it("sends nothing when a later run begins while this one is planned", async () => {
    const world = createWorld();
    const survey = () => {
      world.runs.begun = "20261120T220000Z";
      return Promise.resolve({ kind: "consecutive", first: 1, expected: 1_138 } as const);
    };
    const dispatch = await dispatchRun(order, { ...world.deps, survey }, signal);
    expect(dispatch).toEqual({ kind: "superseded" });
    expect(world.sent).toEqual([]);
    expect(world.runs).toEqual({ latest: "20261120T215000Z", begun: "20261120T220000Z" });
  });

  it("does not move the pointer back when a later run overtakes this one", async () => {
    const world = createWorld();
    const send = () => {
      Object.assign(world.runs, { latest: "20261120T220000Z", begun: "20261120T220000Z" });
      return Promise.resolve();
    };
    await dispatchRun(order, { ...world.deps, send }, signal);
    expect(world.runs.latest).toBe("20261120T220000Z");
  });

  it.each([
    ["before the first", { latest: undefined, begun: undefined }, null],
    [
      "but the last that began",
      { latest: "20261120T214500Z", begun: "20261120T215000Z" },
      "20261120T215000Z",
    ],
    [
      "but the last that was sent, where none was said to begin",
      { latest: "20261120T215000Z", begun: undefined },
      "20261120T215000Z",
    ],
    [
      "before itself when its manifest is lost",
      { latest: "20261120T215000Z", begun: "20261120T215500Z" },
      null,
    ],
  ])("knows no run %s", async (_title, newest, previousRunId) => {
    const world = createWorld({ newestRuns: () => Promise.resolve(newest) });
    const dispatch = await dispatchRun(order, world.deps, signal);
    expect(dispatch).toMatchObject({ manifest: { previousRunId } });
  });
});

describe("a Job that dies", () => {
  const next = {
    ...order,
    runId: "20261120T220000Z",
    scheduledAtMs: Date.parse("2026-11-20T22:00:00Z"),
  };
  const death = new Error("killed");
  const STEPS = ["putManifest", "beginRun", "send", "advanceRun"] as const;

  /** The same world, in which the process is killed before or after a step. */
  function killedAt(
    deps: DispatchRunDeps,
    step: (typeof STEPS)[number],
    when: "before" | "after",
  ): DispatchRunDeps {
    const alive = deps[step] as (...given: unknown[]) => Promise<unknown>;
    const dying = async (...given: unknown[]) => {
      if (when === "after") await alive(...given);
      throw death;
    };
    return { ...deps, [step]: dying };
  }

  const kills = STEPS.flatMap((step) => [[step, "before"] as const, [step, "after"] as const]);

  it.each(kills)(
    "at %s, %s it, has superseded no run unless all its batches were sent",
    async (step, when) => {
      const world = createWorld();
      await expect(dispatchRun(order, killedAt(world.deps, step, when), signal)).rejects.toBe(
        death,
      );
      if (world.runs.latest === order.runId) expect(world.sent).toHaveLength(3);
      else expect(world.runs.latest).toBe("20261120T215000Z");
    },
  );

  it.each(kills)("at %s, %s it, makes the same run when it is tried again", async (step, when) => {
    const world = createWorld();
    await expect(dispatchRun(order, killedAt(world.deps, step, when), signal)).rejects.toBe(death);
    // Meanwhile the ledger has gone on, and positions were minted.
    const survey = () =>
      Promise.resolve({ kind: "consecutive", first: 1, expected: 1_200 } as const);
    const grown = world.manifests.has(order.runId) ? { ...world.deps, survey } : world.deps;
    const again = await dispatchRun(order, grown, signal);
    expect(again).toMatchObject({ kind: "dispatched", manifest: planned });
    expect(world.sent.slice(-3).map(({ cdps }) => cdps)).toEqual([
      { kind: "range", first: 1, last: 500 },
      { kind: "range", first: 501, last: 1_000 },
      { kind: "range", first: 1_001, last: 1_138 },
    ]);
    expect(world.runs).toEqual({ latest: order.runId, begun: order.runId });
  });

  it.each(kills)(
    "at %s, %s it, for good, leaves every CDP to the next run, which knows of it if a batch may be out",
    async (step, when) => {
      const world = createWorld();
      await expect(dispatchRun(order, killedAt(world.deps, step, when), signal)).rejects.toBe(
        death,
      );
      const mayBeOut = world.sent.length > 0;
      const dispatch = await dispatchRun(next, world.deps, signal);
      expect(dispatch).toMatchObject({ kind: "dispatched", manifest: { expected: 1_138 } });
      expect(world.sent.slice(-3).flatMap(batchCdpIds)).toHaveLength(1_138);
      expect(world.runs).toEqual({ latest: next.runId, begun: next.runId });
      if (mayBeOut) expect(dispatch).toMatchObject({ manifest: { previousRunId: order.runId } });
    },
  );
});
