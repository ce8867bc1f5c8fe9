import type { BatchSummary, RunManifest } from "@weft/messages";
import { describe, expect, it } from "vitest";
import { sampleManifest, sampleSummary } from "../test/sample-run.ts";
import { closeBooks } from "./close-books.ts";
import { cutBatches } from "./cut-batches.ts";
import { orderBatches } from "./order-batches.ts";
import type { RunReview } from "./review-runs.ts";

const closing = { closedByRunId: "", scheduledAtMs: 0, closedAtMs: 0, queueEmpty: false };

/** A run over ids 1 to `expected`, cut by `batchSize`. */
const runOver = (expected: number, batchSize: number): RunManifest => ({
  ...sampleManifest,
  expected,
  batchSize,
  batchCount: Math.ceil(expected / batchSize),
});

type Told = "superseded" | readonly [atRiskXrd: string, highestLtv: string | null];

/** What the batches of a run of ten CDPs each have told; those left out are missing. */
function review(told: Readonly<Record<number, Told>>, batchCount: number): RunReview {
  const manifest = runOver(batchCount * 10, 10);
  const summaries = Object.entries(told).map(([index, what]): BatchSummary => {
    const superseded = what === "superseded";
    return {
      ...sampleSummary,
      batchIndex: Number(index),
      expected: 10,
      scanned: superseded ? 0 : 10,
      skipped: { burned: 0, unknown: 0, superseded: superseded ? 10 : 0 },
      failed: { undecodable: 0, unconfirmed: 0 },
      verdicts: { ...sampleSummary.verdicts, no_debt: 0, healthy: superseded ? 0 : 10 },
      risk: superseded
        ? { atRiskXrd: "0", highestLtv: null }
        : { atRiskXrd: what[0], highestLtv: what[1] },
    };
  });
  const coverage = closeBooks(manifest, summaries, closing);
  return { manifest, summaries, coverage, changed: true, unstored: true };
}

function order(manifest: RunManifest, reviews: readonly RunReview[]) {
  const { batches, gapCdps } = orderBatches(manifest, cutBatches(manifest, [], false), reviews);
  return { indexes: batches.map(({ batchIndex }) => batchIndex), gapCdps };
}

describe("orderBatches", () => {
  it("sends first what has most at risk, then what is nearest to the line", () => {
    const before = review(
      { 0: ["0", "0.5"], 1: ["0", null], 2: ["9", "0.95"], 3: ["10", "0.91"], 4: ["0", "0.6"] },
      5,
    );
    expect(order(runOver(50, 10), [before])).toEqual({ indexes: [3, 2, 4, 0, 1], gapCdps: 0 });
  });

  it("compares amounts as numbers, not as text", () => {
    const before = review({ 0: ["9", "0.9"], 1: ["10", "0.9"] }, 2);
    expect(order(runOver(20, 10), [before]).indexes).toEqual([1, 0]);
  });

  it("sends before all what the run before did not look at, missing or superseded", () => {
    const before = review({ 0: ["1000", "1.1"], 2: "superseded", 3: ["5", "0.92"] }, 4);
    expect(order(runOver(40, 10), [before])).toEqual({ indexes: [1, 2, 0, 3], gapCdps: 20 });
  });

  it("orders gaps by what an older run knew of them", () => {
    const outage = review({}, 3);
    const older = review({ 0: ["0", "0.5"], 1: ["7", "0.9"], 2: ["8", "0.9"] }, 3);
    const order1 = order(runOver(30, 10), [outage, older]);
    expect(order1).toEqual({ indexes: [2, 1, 0], gapCdps: 30 });
  });

  it("believes the newest run that looked", () => {
    const before = review({ 0: ["1", "0.9"], 1: ["2", "0.9"] }, 2);
    const older = review({ 0: ["900", "1.1"], 1: ["0", "0.1"] }, 2);
    expect(order(runOver(20, 10), [before, older]).indexes).toEqual([1, 0]);
  });

  it("knows a CDP by its place when batches are larger than they were, and the book has grown", () => {
    const before = review({ 0: ["0", "0.5"], 1: ["0", "0.5"], 2: ["0", "0.5"], 3: ["3", "1"] }, 4);
    // 0: batches 0 to 2 in part; 1: the rest of 2, and 3; 2: new CDPs alone.
    expect(order(runOver(70, 25), [before]).indexes).toEqual([1, 0, 2]);
  });

  it("knows a CDP by its place when batches are smaller than they were", () => {
    const before = review({ 0: ["0", "0.5"], 2: ["3", "1"] }, 3);
    const { indexes, gapCdps } = order(runOver(30, 5), [before]);
    expect(indexes).toEqual([2, 3, 4, 5, 0, 1]);
    expect(gapCdps).toBe(10);
  });

  it("keeps the order of mint when nothing is known", () => {
    expect(order(runOver(30, 10), [])).toEqual({ indexes: [0, 1, 2], gapCdps: 0 });
  });
});
