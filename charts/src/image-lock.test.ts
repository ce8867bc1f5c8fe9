import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readImageLock } from "./image-lock.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-lock-"));
  path = join(folder, "images.lock.json");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("before the first build there are no digests", async () => {
  expect(await readImageLock(path)).toEqual({});
});

test("digests are read by image", async () => {
  await writeFile(path, '{"indexer": "sha256:ab"}');
  expect(await readImageLock(path)).toEqual({ indexer: "sha256:ab" });
});

test.each(['["sha256:ab"]', '{"indexer": 1}', "null"])("%s is no lock", async (text) => {
  await writeFile(path, text);
  await expect(readImageLock(path)).rejects.toThrow("is no object of digests by image");
});
