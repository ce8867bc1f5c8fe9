import type { S3Client } from "@aws-sdk/client-s3";
import { startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { createS3 } from "./aws-clients.ts";
import { createObjectStore, type ObjectStore } from "./object-store.ts";

const { signal } = new AbortController();
let server: Awaited<ReturnType<typeof startFauxqs>>;
let s3: S3Client;
let objects: ObjectStore;

beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
  server.createBucket("data");
});

afterAll(() => server.stop());

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  s3 = createS3({ region: "us-east-1", endpointUrl: `http://127.0.0.1:${server.port}` });
  objects = createObjectStore({ s3, bucket: "data" });
});

afterEach(() => s3.destroy());

test("JSON comes back as it was, and a second write replaces the first", async () => {
  const key = "runs/20261120T215500Z/manifest.json";
  await objects.putJson(key, { version: 1, note: "première" }, signal);
  await objects.putJson(key, { version: 1, note: "deuxième" }, signal);
  expect(await objects.getJson(key, signal)).toEqual({ version: 1, note: "deuxième" });
});

test("an object that is not there is undefined", async () => {
  expect(await objects.getJson("nowhere.json", signal)).toBeUndefined();
  expect(await objects.getChecked("nowhere.json", z.string(), signal)).toBeUndefined();
});

test("bytes arrive unchanged", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await objects.putBytes("raw.parquet", bytes, "application/vnd.apache.parquet", signal);
  const response = await fetch(`http://127.0.0.1:${server.port}/data/raw.parquet`);
  expect(response.headers.get("content-type")).toBe("application/vnd.apache.parquet");
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

test("what was read is checked, and the fault named by key and field", async () => {
  const schema = z.strictObject({ version: z.literal(1), counts: z.array(z.number()) });
  await objects.putJson("good.json", { version: 1, counts: [1, 2] }, signal);
  expect(await objects.getChecked("good.json", schema, signal)).toEqual({
    version: 1,
    counts: [1, 2],
  });
  await objects.putJson("bad.json", { version: 1, counts: [1, "2"] }, signal);
  await expect(objects.getChecked("bad.json", schema, signal)).rejects.toMatchObject({
    code: "stored_value_invalid",
    disposition: "park",
    message: "bad.json: counts.1: Invalid input: expected number, received string",
  });
  await objects.putBytes("torn.json", new TextEncoder().encode('{"vers'), "text/plain", signal);
  await expect(objects.getJson("torn.json", signal)).rejects.toMatchObject({
    code: "stored_value_invalid",
    message: "torn.json: value: not JSON",
  });
});

test("all keys under a prefix are listed, beyond one page of a thousand", async () => {
  const indexes = Array.from({ length: 1_001 }, (_, index) => index);
  for (let first = 0; first < indexes.length; first += 50) {
    await Promise.all(
      indexes
        .slice(first, first + 50)
        .map((index) =>
          objects.putJson(`listed/${String(index).padStart(5, "0")}.json`, index, signal),
        ),
    );
  }
  const keys = await objects.listKeys("listed/", signal);
  expect(keys).toHaveLength(1_001);
  expect(keys[0]).toBe("listed/00000.json");
  expect(keys[1_000]).toBe("listed/01000.json");
  expect(await objects.listKeys("unlisted/", signal)).toEqual([]);
});

test("a bucket that fails is worth another try, and the key is named", async () => {
  const nowhere = createObjectStore({ s3, bucket: "nowhere" });
  await expect(nowhere.putJson("outcomes/1.json", {}, signal)).rejects.toMatchObject({
    code: "object_store_failed",
    disposition: "retry",
    message: "cannot put outcomes/1.json",
  });
});

test("an aborted call ends with the reason of the abort", async () => {
  const reason = new Error("stopping");
  await expect(objects.getJson("good.json", AbortSignal.abort(reason))).rejects.toBe(reason);
});
