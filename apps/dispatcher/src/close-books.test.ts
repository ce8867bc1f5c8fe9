import { type BatchSummary, coverageSchema } from "@weft/messages";
import { describe, expect, it } from "vitest";
import { sampleManifest, sampleSummary } from "../test/sample-run.ts";
import { closeBooks, unreadCdps } from "./close-books.ts";

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

it("a minted id that the Gateway did not know counts as not read", () => {
  const partly: BatchSummary = {
    ...last,
    scanned: 135,
    skipped: { burned: 0, unknown: 2, superseded: 0 },
    verdicts: { ...last.verdicts, healthy: 134 },
  };
  expect(unreadCdps(closeBooks(manifest, [first, partly], closing))).toBe(4);
});
