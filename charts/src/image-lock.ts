import { readFile } from "node:fs/promises";
import type { ImageLock } from "./images.ts";

/**
 * The digests that delivery has written; none where the file is not there, for nothing has been built yet.
 *
 * @throws {Error} when the file does not hold an object of text by name
 */
export async function readImageLock(path: string): Promise<ImageLock> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  const lock: unknown = JSON.parse(text);
  if (!isLock(lock)) throw new Error(`${path} is no object of digests by image`);
  return lock;
}

function isLock(value: unknown): value is ImageLock {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((digest) => typeof digest === "string");
}
