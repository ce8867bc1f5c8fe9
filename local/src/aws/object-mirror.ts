import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";

/** Keeps the objects of a bucket as plain files of the same name, so that any tool can read them. */
export interface ObjectMirror {
  put(bucket: string, key: string, body: Uint8Array): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
}

/** Mirrors into `folder/<bucket>/<key>`. A key that would leave the folder is left out. */
export function createObjectMirror(folder: string): ObjectMirror {
  const root = resolve(folder);
  let writes = 0;
  const fileOf = (bucket: string, key: string) => {
    const file = resolve(join(root, bucket, key));
    return file.startsWith(join(root, bucket) + sep) ? file : undefined;
  };
  return {
    async put(bucket, key, body) {
      const file = fileOf(bucket, key);
      if (file === undefined) return;
      await mkdir(dirname(file), { recursive: true });
      // In one step, so that nobody reads half of it, whoever else stores the same object just now.
      writes += 1;
      const part = `${file}.${writes}.part`;
      await writeFile(part, body);
      await rename(part, file);
    },
    async remove(bucket, key) {
      const file = fileOf(bucket, key);
      if (file !== undefined) await rm(file, { force: true });
    },
  };
}
