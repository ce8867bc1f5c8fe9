import { batchCdpIds, indexBatchSchema, type RunManifest } from "@weft/messages";
import { describe, expect, it } from "vitest";
import { cutBatches } from "./cut-batches.ts";

const manifest: RunManifest = {
  version: 1,
  runId: "20261120T215500Z",
  scheduledAt: "2026-11-20T21:55:00.000Z",
  stateVersion: "370965851",
  ledgerTime: "2026-11-20T21:54:58.000Z",
  expected: 5,
  batchSize: 2,
  batchCount: 3,
  marketCdpCounter: "5",
  ids: { kind: "consecutive", first: 1 },
  previousRunId: null,
  traceId: "0123456789abcdef0123456789abcdef",
};

describe("cutBatches", () => {
  it("cuts consecutive ids into ranges, the last one shorter", () => {
    expect(cutBatches(manifest, [], false).map(({ cdps }) => cdps)).toEqual([
      { kind: "range", first: 1, last: 2 },
      { kind: "range", first: 3, last: 4 },
      { kind: "range", first: 5, last: 5 },
    ]);
  });

  it("cuts listed ids into lists", () => {
    const listed: RunManifest = { ...manifest, ids: { kind: "listed" } };
    const ids = ["#1#", "#2#", "#5#", "#8#", "#9#"];
    expect(cutBatches(listed, ids, false).map(batchCdpIds)).toEqual([
      ["#1#", "#2#"],
      ["#5#", "#8#"],
      ["#9#"],
    ]);
  });

  it("carries the pinned state in every message", () => {
    const [, second] = cutBatches(manifest, [], false);
    expect(indexBatchSchema.parse(second)).toEqual({
      version: 1,
      kind: "index-batch",
      runId: "20261120T215500Z",
      batchIndex: 1,
      batchCount: 3,
      stateVersion: "370965851",
      ledgerTime: "2026-11-20T21:54:58.000Z",
      cdps: { kind: "range", first: 3, last: 4 },
      traceId: "0123456789abcdef0123456789abcdef",
    });
  });

  it("marks what may have been sent before", () => {
    const marks = cutBatches(manifest, [], true).map(
      (batch) => indexBatchSchema.parse(batch).again,
    );
    expect(marks).toEqual([true, true, true]);
  });

  it("makes nothing of an empty population", () => {
    expect(cutBatches({ ...manifest, expected: 0, batchCount: 0 }, [], false)).toEqual([]);
  });
});
