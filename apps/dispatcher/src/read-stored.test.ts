import { AppError, createLogger } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readStored } from "./read-stored.ts";

const { signal } = new AbortController();
const log = createLogger({ app: "test", version: "0", level: "silent" });
const schema = z.object({ expected: z.number() });

function read(answer: () => Promise<unknown>) {
  const objects = {
    getChecked: async <T>() => (await answer()) as T | undefined,
  };
  return readStored({ objects, log }, schema, "runs/20261120T215500Z/manifest.json", signal);
}

describe("readStored", () => {
  it("gives what is stored, or undefined", async () => {
    expect(await read(() => Promise.resolve({ expected: 3 }))).toEqual({ expected: 3 });
    expect(await read(() => Promise.resolve(undefined))).toBeUndefined();
  });

  it("passes over an object that makes no sense, so that one does not stop a run or its books", async () => {
    const broken = new AppError("stored_value_invalid", "not JSON", { disposition: "park" });
    expect(await read(() => Promise.reject(broken))).toBeUndefined();
  });

  it("does not take a bucket that fails for an empty one", async () => {
    const outage = new AppError("object_store_failed", "503", { disposition: "retry" });
    await expect(read(() => Promise.reject(outage))).rejects.toBe(outage);
  });
});
