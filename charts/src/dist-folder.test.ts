import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findDrift, writeManifests } from "./dist-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-dist-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const manifests = new Map([
  ["00-platform.k8s.yaml", "kind: Namespace\n"],
  ["30-indexer.k8s.yaml", "kind: Deployment\n"],
]);

test("what was written has not drifted", async () => {
  await writeManifests(folder, manifests);
  expect(await findDrift(folder, manifests)).toEqual([]);
});

test("a file that is missing, changed or left over is named", async () => {
  await writeFile(join(folder, "30-indexer.k8s.yaml"), "kind: Pod\n");
  await writeFile(join(folder, "99-gone.k8s.yaml"), "");
  await writeFile(join(folder, "README.md"), "not ours");
  expect(await findDrift(folder, manifests)).toEqual([
    `${join(folder, "00-platform.k8s.yaml")} is missing`,
    `${join(folder, "30-indexer.k8s.yaml")} differs`,
    `${join(folder, "99-gone.k8s.yaml")} is left over`,
  ]);
});

test("a folder that is not there lacks everything", async () => {
  expect(await findDrift(join(folder, "none"), manifests)).toHaveLength(2);
});

test("writing takes away what is left over, and leaves what is not a manifest", async () => {
  await writeFile(join(folder, "99-gone.k8s.yaml"), "");
  await writeFile(join(folder, "README.md"), "kept");
  await writeManifests(folder, manifests);
  expect(await findDrift(folder, manifests)).toEqual([]);
  expect(await readFile(join(folder, "README.md"), "utf8")).toBe("kept");
});

test("a file that is as it should be is not written again", async () => {
  const [changed, same] = ["00-platform.k8s.yaml", "30-indexer.k8s.yaml"].map((name) =>
    join(folder, name),
  ) as [string, string];
  await writeManifests(folder, manifests);
  await writeFile(changed, "kind: Pod\n");
  for (const path of [changed, same]) await utimes(path, 1_000, 1_000);
  await writeManifests(folder, manifests);
  expect((await stat(same)).mtimeMs).toBe(1_000_000);
  expect((await stat(changed)).mtimeMs).toBeGreaterThan(1_000_000);
});
