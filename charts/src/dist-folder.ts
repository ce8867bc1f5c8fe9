import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export type Manifests = ReadonlyMap<string, string>;

const MANIFEST = /\.k8s\.yaml$/;

/** Makes `folder` hold these manifests and no others. What is as it should be is not touched: file watchers go by time. */
export async function writeManifests(folder: string, manifests: Manifests): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await manifestsIn(folder)) {
    if (!manifests.has(name)) await rm(join(folder, name));
  }
  for (const [name, text] of manifests) {
    const path = join(folder, name);
    const present = await readFile(path, "utf8").catch(() => undefined);
    if (present !== text) await writeFile(path, text);
  }
}

/** What `folder` has too much, too little or otherwise, a line for each file; nothing when it is as it should be. */
export async function findDrift(folder: string, manifests: Manifests): Promise<string[]> {
  const present = new Set(await manifestsIn(folder));
  const drift: string[] = [];
  for (const [name, text] of manifests) {
    const path = join(folder, name);
    if (!present.has(name)) drift.push(`${path} is missing`);
    else if ((await readFile(path, "utf8")) !== text) drift.push(`${path} differs`);
  }
  for (const name of present) {
    if (!manifests.has(name)) drift.push(`${join(folder, name)} is left over`);
  }
  return drift.sort();
}

async function manifestsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => MANIFEST.test(name));
}
