import { describe, expect, it } from "vitest";
import { type Candidate, candidateDeduplicationId, candidateSchema } from "./candidate.ts";
import { batchCdpIds, type IndexBatch, indexBatchSchema } from "./index-batch.ts";
import { batchSummarySchema, coverageSchema } from "./run.ts";
import { runIdOf } from "./run-id.ts";
import { batchSummaryKey, outcomeKey, snapshotKey } from "./storage-keys.ts";

const batch: IndexBatch = {
  version: 1,
  kind: "index-batch",
  runId: "20261120T215500Z",
  batchIndex: 3,
  batchCount: 4,
  stateVersion: "370965851",
  ledgerTime: "2026-11-20T21:54:58.000Z",
  cdps: { kind: "range", first: 8, last: 10 },
  traceId: "0123456789abcdef0123456789abcdef",
};

const candidate: Candidate = {
  version: 1,
  kind: "candidate",
  cdpId: "#1006#",
  runId: "20261120T215500Z",
  batchIndex: 3,
  cause: "scan",
  pinnedStateVersion: "370965851",
  confirmedFromStateVersion: "370965860",
  liquidationLtv: "1.02",
  loanValueXrd: "144.2",
  collateralValueXrd: "176.7",
  cdpFingerprint: "0011223344556677",
  queuedAt: "2026-11-20T21:55:03.120Z",
  expiresAt: "2026-11-20T22:05:00.000Z",
  traceId: "0123456789abcdef0123456789abcdef",
};

const summary = {
  version: 1,
  runId: "20261120T215500Z",
  batchIndex: 3,
  stateVersion: "370965851",
  expected: 500,
  scanned: 480,
  skipped: { burned: 19, unknown: 0, superseded: 0 },
  failed: { undecodable: 1, unconfirmed: 0 },
  verdicts: { no_debt: 40, healthy: 430, liquidatable: 7, bad_debt: 3, unverified: 0 },
  candidates: 7,
  loanValueXrd: "1000.5",
  collateralValueXrd: "2000",
  risk: { atRiskXrd: "12.5", highestLtv: "1.02" },
  startedAt: "2026-11-20T21:55:01.000Z",
  finishedAt: "2026-11-20T21:55:03.000Z",
};

const { version, runId, expected, scanned, skipped, failed, verdicts, candidates } = summary;
const coverage = {
  ...{ version, runId, scanned, skipped, failed, verdicts, candidates },
  expected: expected + 500,
  missing: 500,
  loanValueXrd: "1000.5",
  collateralValueXrd: "2000",
  batchCount: 2,
  missingBatches: [0],
  settled: false,
  earlierOpen: false,
  closedByRunId: "20261120T220000Z",
  closedAt: "2026-11-20T22:00:03.000Z",
};

describe("the coverage of a run", () => {
  it("adds up with what is missing", () => {
    expect(coverageSchema.safeParse(coverage).success).toBe(true);
    expect(coverageSchema.safeParse({ ...coverage, missing: 499 }).success).toBe(false);
  });

  it("is settled when nothing is missing", () => {
    const whole = { ...coverage, expected, missing: 0, missingBatches: [] };
    expect(coverageSchema.safeParse(whole).success).toBe(false);
    expect(coverageSchema.safeParse({ ...whole, settled: true }).success).toBe(true);
  });
});

describe("an index batch", () => {
  it("survives the queue as JSON", () => {
    expect(indexBatchSchema.parse(JSON.parse(JSON.stringify(batch)))).toEqual(batch);
  });

  it("spells its range out as local ids, both ends included", () => {
    expect(batchCdpIds(batch)).toEqual(["#8#", "#9#", "#10#"]);
    expect(batchCdpIds({ ...batch, cdps: { kind: "list", ids: ["#5#"] } })).toEqual(["#5#"]);
  });

  it("holds up to 5,000 CDPs", () => {
    const cdps = { kind: "range", first: 1, last: 5_000 };
    expect(indexBatchSchema.safeParse({ ...batch, cdps }).success).toBe(true);
  });

  it.each([
    ["a version from the future", { version: 2 }],
    ["a range that runs backwards", { cdps: { kind: "range", first: 9, last: 8 } }],
    ["a range that no memory holds", { cdps: { kind: "range", first: 1, last: 5_001 } }],
    ["a list as long", { cdps: { kind: "list", ids: Array(5_001).fill("#1#") } }],
    ["an empty list", { cdps: { kind: "list", ids: [] } }],
    ["a state version as a number", { stateVersion: 370965851 }],
    ["a field nobody knows", { extra: 1 }],
    ["another kind of message", { kind: "candidate" }],
  ])("with %s is refused", (_what, change) => {
    expect(indexBatchSchema.safeParse({ ...batch, ...change }).success).toBe(false);
  });
});

describe("a candidate", () => {
  it("survives the queue as JSON", () => {
    expect(candidateSchema.parse(JSON.parse(JSON.stringify(candidate)))).toEqual(candidate);
  });

  it("has one deduplication id per observation, so that a new observation is never swallowed", () => {
    expect(candidateDeduplicationId(candidate)).toBe("1006-20261120T215500Z-scan-370965860");
    expect(
      candidateDeduplicationId({ ...candidate, confirmedFromStateVersion: "370965861" }),
    ).not.toBe(candidateDeduplicationId(candidate));
  });

  it.each([
    ["an amount as a number", { loanValueXrd: 144.2 }],
    ["an amount with 19 digits after the point", { loanValueXrd: "0.1234567890123456789" }],
    ["an amount in exponent notation", { liquidationLtv: "1e3" }],
    ["a local id of another kind", { cdpId: "<wefty>" }],
    ["a local time", { expiresAt: "2026-11-20 22:05" }],
  ])("with %s is refused", (_what, change) => {
    expect(candidateSchema.safeParse({ ...candidate, ...change }).success).toBe(false);
  });
});

describe("the books of a batch", () => {
  it("are accepted when they add up", () => {
    expect(batchSummarySchema.safeParse(summary).success).toBe(true);
  });

  it.each([
    ["a CDP is unaccounted for", { expected: 501 }],
    ["a scanned CDP has no verdict", { verdicts: { ...summary.verdicts, healthy: 429 } }],
    ["a reason is missing", { skipped: { burned: 19, unknown: 0 } }],
  ])("are refused when %s", (_what, change) => {
    expect(batchSummarySchema.safeParse({ ...summary, ...change }).success).toBe(false);
  });
});

it("a run is named by its scheduled second, and later runs sort after earlier ones", () => {
  expect(runIdOf(Date.UTC(2026, 10, 20, 21, 55, 0, 999))).toBe("20261120T215500Z");
  expect(runIdOf(Date.UTC(2027, 0, 1)) > runIdOf(Date.UTC(2026, 11, 31, 23, 55))).toBe(true);
});

it("storage keys depend on run, batch, CDP and attempt only", () => {
  expect(snapshotKey("20261120T215500Z", 3)).toBe(
    "snapshots/run=20261120T215500Z/batch=00003.parquet",
  );
  expect(batchSummaryKey("20261120T215500Z", 3)).toBe("runs/20261120T215500Z/batches/00003.json");
  expect(outcomeKey("20261120T215500Z", "#1006#", 2)).toBe(
    "outcomes/run=20261120T215500Z/cdp=1006/0002.json",
  );
});
