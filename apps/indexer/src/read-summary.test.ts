import { AppError, createLogger } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { batch } from "../test/builders.ts";
import { readSummary } from "./read-summary.ts";
import { summarizeSuperseded } from "./summarize-batch.ts";

const { signal } = new AbortController();
const log = createLogger({ app: "test", version: "0", level: "silent" });
const stored = summarizeSuperseded(batch, { startedAtMs: 0, finishedAtMs: 0 });

/** A bucket in which every key holds the same. */
function bucketWith(answer: () => Promise<unknown>) {
  const keys: string[] = [];
  const getChecked = async <T>(key: string): Promise<T | undefined> => {
    keys.push(key);
    return (await answer()) as T | undefined;
  };
  return { keys, deps: { objects: { getChecked }, log } };
}

describe("readSummary", () => {
  it("finds the books under run and batch", async () => {
    const bucket = bucketWith(() => Promise.resolve(stored));
    expect(await readSummary(batch, bucket.deps, signal)).toBe(stored);
    expect(bucket.keys).toEqual(["runs/20261120T215500Z/batches/00003.json"]);
  });

  it("finds none where there are none", async () => {
    const bucket = bucketWith(() => Promise.resolve(undefined));
    expect(await readSummary(batch, bucket.deps, signal)).toBeUndefined();
  });

  it("takes books made at another state for none", async () => {
    const bucket = bucketWith(() => Promise.resolve({ ...stored, stateVersion: "901" }));
    expect(await readSummary(batch, bucket.deps, signal)).toBeUndefined();
  });

  it("takes books that make no sense for none, so that they do not stop the batch", async () => {
    const broken = new AppError("stored_value_invalid", "not JSON", { disposition: "park" });
    const bucket = bucketWith(() => Promise.reject(broken));
    expect(await readSummary(batch, bucket.deps, signal)).toBeUndefined();
  });

  it("does not take a bucket that fails for an empty one", async () => {
    const outage = new AppError("object_store_failed", "503", { disposition: "retry" });
    const bucket = bucketWith(() => Promise.reject(outage));
    await expect(readSummary(batch, bucket.deps, signal)).rejects.toBe(outage);
  });
});
