import type { BatchSummary, Coverage, RunManifest } from "@weft/messages";
import { createLogger } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { sampleManifest, sampleSummary } from "../test/sample-run.ts";
import { type ReviewRunsDeps, reviewRuns } from "./review-runs.ts";

const signal = new AbortController().signal;
const log = createLogger({ app: "test", version: "0", level: "silent" });
const closing = {
  closedByRunId: "20261120T220500Z",
  scheduledAtMs: Date.parse("2026-11-20T22:05:00Z"),
  closedAtMs: 0,
  queueEmpty: false,
};

/** A run of two batches, of two CDPs and one. */
const manifest: RunManifest = {
  ...sampleManifest,
  expected: 3,
  batchSize: 2,
  batchCount: 2,
  marketCdpCounter: "3",
};
const newer: RunManifest = {
  ...manifest,
  runId: "20261120T220000Z",
  scheduledAt: "2026-11-20T22:00:00.000Z",
  previousRunId: "20261120T215500Z",
};

const one: BatchSummary = {
  ...sampleSummary,
  batchIndex: 1,
  expected: 1,
  scanned: 1,
  skipped: { burned: 0, unknown: 0, superseded: 0 },
  failed: { undecodable: 0, unconfirmed: 0 },
  verdicts: { no_debt: 0, healthy: 1, liquidatable: 0, bad_debt: 0, unverified: 0 },
  candidates: 0,
};
const two: BatchSummary = {
  ...one,
  batchIndex: 0,
  expected: 2,
  scanned: 2,
  verdicts: { ...one.verdicts, healthy: 2 },
};

/** A bucket in which the batches of a run may have reported; `reads` tells which summaries were read. */
function createBucket(manifests: readonly RunManifest[] = [manifest]) {
  const coverages = new Map<string, Coverage>();
  const summaries = new Map<string, BatchSummary | undefined>();
  const reads: string[] = [];
  const deps: ReviewRunsDeps = {
    readManifest: (runId) => Promise.resolve(manifests.find((known) => known.runId === runId)),
    readCoverage: (runId) => Promise.resolve(coverages.get(runId)),
    listSummaries: (runId) =>
      Promise.resolve([...summaries.keys()].filter((key) => key.startsWith(runId))),
    readSummary: (key) => {
      reads.push(key);
      return Promise.resolve(summaries.get(key));
    },
    log,
  };
  const report = (runId: string, summary: BatchSummary) =>
    summaries.set(`${runId}/${summary.batchIndex}`, { ...summary, runId });
  /** As the dispatcher does once the batches are sent. */
  const review = async (runId: string, change: Partial<typeof closing> = {}) => {
    const reviews = await reviewRuns(runId, { ...closing, ...change }, deps, signal);
    for (const { coverage, unstored } of reviews) {
      if (unstored) coverages.set(coverage.runId, coverage);
    }
    return reviews.map(({ coverage, changed }) => ({
      runId: coverage.runId,
      missing: coverage.missing,
      settled: coverage.settled,
      changed,
    }));
  };
  return { deps, coverages, summaries, reads, report, review };
}

describe("reviewRuns", () => {
  it("settles books that everybody has reported to", async () => {
    const bucket = createBucket();
    bucket.report("20261120T215500Z", one);
    bucket.report("20261120T215500Z", two);
    expect(await bucket.review("20261120T215500Z")).toEqual([
      { runId: "20261120T215500Z", missing: 0, settled: true, changed: true },
    ]);
  });

  it("looks again at open books, and goes back no further than to settled ones", async () => {
    const bucket = createBucket([manifest, newer]);
    bucket.report("20261120T215500Z", one);
    await bucket.review("20261120T215500Z", { closedByRunId: "20261120T220000Z" });
    // Late, as a superseded batch reports once an indexer gets to it.
    bucket.report("20261120T215500Z", two);
    bucket.report("20261120T220000Z", one);
    expect(await bucket.review("20261120T220000Z")).toEqual([
      { runId: "20261120T220000Z", missing: 2, settled: false, changed: true },
      { runId: "20261120T215500Z", missing: 0, settled: true, changed: true },
    ]);
    expect(bucket.coverages.get("20261120T215500Z")?.closedByRunId).toBe("20261120T220500Z");
    expect(await bucket.review("20261120T220000Z")).toEqual([
      { runId: "20261120T220000Z", missing: 2, settled: false, changed: false },
      { runId: "20261120T215500Z", missing: 0, settled: true, changed: false },
    ]);
  });

  it("finds open books behind settled ones, until they are settled too", async () => {
    const bucket = createBucket([manifest, newer]);
    bucket.report("20261120T215500Z", one);
    bucket.report("20261120T220000Z", one);
    bucket.report("20261120T220000Z", two);
    const [settled, open] = await bucket.review("20261120T220000Z");
    expect([settled?.settled, open?.settled]).toEqual([true, false]);
    expect(await bucket.review("20261120T220000Z")).toMatchObject([
      { runId: "20261120T220000Z", changed: false },
      { runId: "20261120T215500Z", changed: false },
    ]);
    bucket.report("20261120T215500Z", two);
    expect(await bucket.review("20261120T220000Z")).toMatchObject([
      // Nothing is new of this one, but that nothing is open behind it.
      { runId: "20261120T220000Z", changed: false },
      { runId: "20261120T215500Z", settled: true, changed: true },
    ]);
    expect(await bucket.review("20261120T220000Z")).toMatchObject([
      { runId: "20261120T220000Z", settled: true, changed: false },
    ]);
  });

  it("reads nothing again of open books to which nobody has reported since", async () => {
    const bucket = createBucket();
    bucket.report("20261120T215500Z", one);
    await bucket.review("20261120T215500Z");
    expect(bucket.reads).toEqual(["20261120T215500Z/1"]);
    await bucket.review("20261120T215500Z");
    expect(bucket.reads).toEqual(["20261120T215500Z/1"]);
  });

  it("settles them all the same once the queue is empty", async () => {
    const bucket = createBucket();
    bucket.report("20261120T215500Z", one);
    await bucket.review("20261120T215500Z");
    expect(await bucket.review("20261120T215500Z", { queueEmpty: true })).toEqual([
      { runId: "20261120T215500Z", missing: 2, settled: true, changed: true },
    ]);
    expect(await bucket.review("20261120T215500Z", { queueEmpty: true })).toEqual([
      { runId: "20261120T215500Z", missing: 2, settled: true, changed: false },
    ]);
  });

  it("takes a summary that makes no sense for one not reported", async () => {
    const bucket = createBucket();
    bucket.summaries.set("20261120T215500Z/0", undefined);
    const [review] = await reviewRuns("20261120T215500Z", closing, bucket.deps, signal);
    expect(review?.coverage).toMatchObject({ scanned: 0, missing: 3, missingBatches: [0, 1] });
  });

  it("gives up the other reads when one fails", async () => {
    const bucket = createBucket();
    bucket.report("20261120T215500Z", one);
    bucket.report("20261120T215500Z", two);
    const outage = new Error("503");
    const given: string[] = [];
    const readSummary = (key: string, s: AbortSignal) =>
      key === "20261120T215500Z/0"
        ? Promise.reject(outage)
        : new Promise<undefined>((resolve) =>
            s.addEventListener("abort", () => {
              given.push(key);
              resolve(undefined);
            }),
          );
    const reviewed = reviewRuns(
      "20261120T215500Z",
      closing,
      { ...bucket.deps, readSummary },
      signal,
    );
    await expect(reviewed).rejects.toBe(outage);
    expect(given).toEqual(["20261120T215500Z/1"]);
  });

  it.each([
    ["before the first run", null],
    ["of a run without a manifest", "20261120T215500Z"],
  ])("finds nothing %s", async (_title, runId) => {
    expect(await reviewRuns(runId, closing, createBucket([]).deps, signal)).toEqual([]);
  });

  it("looks at a hundred open runs at most", async () => {
    const runId = (n: number) => `20261120T${String(100_000 + n)}Z`;
    const runs = Array.from({ length: 120 }, (_, n) => ({
      ...manifest,
      runId: runId(n),
      previousRunId: n === 0 ? null : runId(n - 1),
    }));
    const reviews = await createBucket(runs).review(runId(119));
    expect(reviews).toHaveLength(100);
    expect(reviews.at(-1)?.runId).toBe(runId(20));
  });
});
