import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createRunFolder } from "./run-folder.ts";

const roots: string[] = [];

async function create() {
  const root = await mkdtemp(join(tmpdir(), "weft-run-"));
  roots.push(root);
  const startedAtMs = Date.UTC(2026, 10, 20, 21, 55, 4, 25);
  return { root, folder: await createRunFolder({ root, startedAtMs, seed: 7 }) };
}

afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true });
});

test("a run has a folder named by its time and seed, with places for logs and objects", async () => {
  const { root, folder } = await create();
  expect(folder.path).toBe(join(root, "runs", "20261120T215504025Z-seed7"));
  expect((await stat(folder.logs)).isDirectory()).toBe(true);
  expect((await stat(folder.s3)).isDirectory()).toBe(true);
  expect(folder.logFile("indexer-1")).toBe(join(folder.path, "logs", "indexer-1.log"));
});

test("the signing key is for its owner alone and never the same twice", async () => {
  const [{ folder: one }, { folder: two }] = [await create(), await create()];
  expect((await stat(one.keyFile)).mode & 0o777).toBe(0o600);
  expect(await readFile(one.keyFile, "utf8")).toBe(`${one.privateKeyHex}\n`);
  expect(one.privateKeyHex).toMatch(/^[0-9a-f]{64}$/);
  expect(one.privateKeyHex).not.toBe(two.privateKeyHex);
});
