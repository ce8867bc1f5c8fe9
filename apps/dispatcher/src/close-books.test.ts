import { type BatchSummary, coverageSchema } from "@weft/messages";
import { describe, expect, it } from "vitest";
import { sampleManifest, sampleSummary } from "../test/sample-run.ts";
import { closeBooks, settleBooks } from "./close-books.ts";

const manifest = sampleManifest;
const first = sampleSummary;

const last: BatchSummary = {
  ...first,
  batchIndex: 2,
  expected: 138,
  scanned: 137,
  skipped: { burned: 0, unknown: 0, superseded: 0 },
  failed: { undecodable: 0, unconfirmed: 1 },
  verdicts: { no_debt: 0, healthy: 136, liquidatable: 1, bad_debt: 0, unverified: 0 },
  candidates: 1,
  loanValueXrd: "0.000000000000000001",
  collateralValueXrd: "5",
};

const closing = {
  closedByRunId: "20261120T220000Z",
  scheduledAtMs: Date.parse("2026-11-20T22:00:00Z"),
  queueEmpty: false,
  closedAtMs: Date.parse("2026-11-20T22:00:02Z"),
};

describe("closeBooks", () => {
  it("adds up what the batches reported, and names those that did not", () => {
    const coverage = closeBooks(manifest, [last, first], closing);
    expect(coverageSchema.parse(coverage)).toEqual({
      version: 1,
      runId: "20261120T215500Z",
      expected: 1_138,
      scanned: 617,
      skipped: { burned: 19, unknown: 0, superseded: 0 },
      failed: { undecodable: 1, unconfirmed: 1 },
      missing: 500,
      verdicts: { no_debt: 40, healthy: 566, liquidatable: 8, bad_debt: 3, unverified: 0 },
      candidates: 8,
      loanValueXrd: "1000.500000000000000001",
      collateralValueXrd: "2005",
      batchCount: 3,
      missingBatches: [1],
      settled: false,
      earlierOpen: false,
      closedByRunId: "20261120T220000Z",
      closedAt: "2026-11-20T22:00:02.000Z",
    });
  });

  it.each([
    ["a batch that the run does not have", { batchIndex: 3 }],
    ["another state", { stateVersion: "370965852" }],
    ["another run", { runId: "20261120T215000Z" }],
  ])("does not count what was reported of %s", (_title, change) => {
    const coverage = closeBooks(manifest, [first, last, { ...first, ...change }], closing);
    expect(coverageSchema.parse(coverage)).toMatchObject({ scanned: 617, missing: 500 });
  });

  it("counts everything as missing when nobody reported", () => {
    const coverage = closeBooks(manifest, [], closing);
    expect(coverage).toMatchObject({ scanned: 0, missing: 1_138, missingBatches: [0, 1, 2] });
  });
});

describe("books that something is missing from", () => {
  const empty = { ...closing, queueEmpty: true };

  it("stay open while a batch may still be queued", () => {
    expect(closeBooks(manifest, [first, last], closing).settled).toBe(false);
  });

  it("are settled once the queue is empty: what is missing is lost", () => {
    expect(closeBooks(manifest, [first, last], empty)).toMatchObject({
      missing: 500,
      settled: true,
    });
  });

  it("stay open while the counts of the queue may be older than the run", () => {
    const atMs = (time: string) => Date.parse(`2026-11-20T${time}Z`);
    const young = { ...empty, scheduledAtMs: atMs("21:55:59.999") };
    expect(closeBooks(manifest, [first, last], young).settled).toBe(false);
    const old = { ...empty, scheduledAtMs: atMs("21:56:00") };
    expect(closeBooks(manifest, [first, last], old).settled).toBe(true);
  });

  it("say who settled them", () => {
    const open = closeBooks(manifest, [first, last], closing);
    const later = { ...empty, closedByRunId: "20261120T220500Z", closedAtMs: 0 };
    expect(settleBooks(open, manifest, later)).toEqual({
      ...open,
      settled: true,
      closedByRunId: "20261120T220500Z",
      closedAt: "1970-01-01T00:00:00.000Z",
    });
  });
});

it("books from which nothing is missing are settled whatever waits on the queue", () => {
  const middle: BatchSummary = { ...first, batchIndex: 1 };
  expect(closeBooks(manifest, [first, middle, last], closing)).toMatchObject({
    missing: 0,
    settled: true,
  });
});
