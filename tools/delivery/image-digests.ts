import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** By image: `sha256:…`. */
export type Digests = Readonly<Record<string, string>>;

/** One file each, from one job each. */
const FOLDER = "build/delivery/images";
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** @throws {Error} for a digest that is none */
export async function saveDigest(root: string, image: string, digest: string): Promise<void> {
  const folder = join(root, FOLDER);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, image), `${checked(image, digest)}\n`);
}

/** @throws {Error} when there are none, or one is none */
export async function readDigests(root: string): Promise<Digests> {
  const folder = join(root, FOLDER);
  const images = await readdir(folder).catch(() => []);
  if (images.length === 0) throw new Error(`${FOLDER} holds no digest: build the images first`);
  const digests = images.sort().map(async (image) => {
    const digest = (await readFile(join(folder, image), "utf8")).trim();
    return [image, checked(image, digest)] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

/** The lock is what was built this time and nothing older: an image that is no longer built is no longer locked. */
export async function writeLock(path: string, digests: Digests): Promise<void> {
  await writeFile(path, `${JSON.stringify(digests, null, 2)}\n`);
}

function checked(image: string, digest: string): string {
  if (DIGEST.test(digest)) return digest;
  throw new Error(`the digest of ${image} is none: ${digest}`);
}
