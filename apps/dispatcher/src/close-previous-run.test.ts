import type { BatchSummary, Coverage, RunManifest } from "@weft/messages";
import { createLogger } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { sampleManifest, sampleSummary } from "../test/sample-run.ts";
import { closePreviousRun } from "./close-previous-run.ts";

const signal = new AbortController().signal;
const log = createLogger({ app: "test", version: "0", level: "silent" });
const closing = { closedByRunId: "20261120T220000Z", closedAtMs: 0 };

const manifest: RunManifest = {
  ...sampleManifest,
  expected: 3,
  batchSize: 2,
  batchCount: 2,
  marketCdpCounter: "3",
};

const summary: BatchSummary = {
  ...sampleSummary,
  batchIndex: 1,
  expected: 1,
  scanned: 1,
  skipped: { burned: 0, unknown: 0, superseded: 0 },
  failed: { undecodable: 0, unconfirmed: 0 },
  verdicts: { no_debt: 0, healthy: 1, liquidatable: 0, bad_debt: 0, unverified: 0 },
  candidates: 0,
};

function bucketWith(objects: Readonly<Record<string, RunManifest | BatchSummary | undefined>>) {
  const stored: Coverage[] = [];
  return {
    stored,
    deps: {
      readManifest: (runId: string) =>
        Promise.resolve(objects[`${runId}/manifest`] as RunManifest | undefined),
      listSummaries: () => Promise.resolve(Object.keys(objects).filter((key) => key.length === 1)),
      readSummary: (key: string) => Promise.resolve(objects[key] as BatchSummary | undefined),
      putCoverage: (coverage: Coverage) => {
        stored.push(coverage);
        return Promise.resolve();
      },
      log,
    },
  };
}

describe("closePreviousRun", () => {
  it("stores what it returns", async () => {
    const bucket = bucketWith({ "20261120T215500Z/manifest": manifest, "1": summary });
    const coverage = await closePreviousRun("20261120T215500Z", closing, bucket.deps, signal);
    expect(coverage).toMatchObject({ scanned: 1, missing: 2, missingBatches: [0] });
    expect(bucket.stored).toEqual([coverage]);
  });

  it("takes a summary that makes no sense for one not reported", async () => {
    const bucket = bucketWith({ "20261120T215500Z/manifest": manifest, "0": undefined });
    const coverage = await closePreviousRun("20261120T215500Z", closing, bucket.deps, signal);
    expect(coverage).toMatchObject({ scanned: 0, missing: 3, missingBatches: [0, 1] });
  });

  it("gives up the other reads when one fails", async () => {
    const bucket = bucketWith({
      "20261120T215500Z/manifest": manifest,
      "0": summary,
      "1": summary,
    });
    const outage = new Error("503");
    const given: string[] = [];
    const readSummary = (key: string, s: AbortSignal) =>
      key === "1"
        ? Promise.reject(outage)
        : new Promise<undefined>((resolve) =>
            s.addEventListener("abort", () => {
              given.push(key);
              resolve(undefined);
            }),
          );
    const closed = closePreviousRun(
      "20261120T215500Z",
      closing,
      { ...bucket.deps, readSummary },
      signal,
    );
    await expect(closed).rejects.toBe(outage);
    expect(given).toEqual(["0"]);
    expect(bucket.stored).toEqual([]);
  });

  it("leaves the books open of a run without a manifest", async () => {
    const bucket = bucketWith({});
    const closed = await closePreviousRun("20261120T215500Z", closing, bucket.deps, signal);
    expect(closed).toBeUndefined();
    expect(bucket.stored).toEqual([]);
  });
});
