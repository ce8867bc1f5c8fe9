import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "../job.ts";

export interface RecordedJob extends Job {
  readonly printed: string[];
  readonly outputs: () => Promise<Record<string, string>>;
}

/** A command's surroundings in a folder of their own, and what it said. */
export function jobIn(
  root: string,
  variables: Record<string, string> = {},
  words: string[] = [],
): RecordedJob {
  const printed: string[] = [];
  const file = join(root, `outputs-${Math.random()}`);
  return {
    words,
    root,
    variables: { GITHUB_OUTPUT: file, ...variables },
    print: (line) => printed.push(line),
    printed,
    outputs: async () =>
      Object.fromEntries(
        (await readFile(file, "utf8"))
          .trimEnd()
          .split("\n")
          .map((line) => line.split("=")),
      ),
  };
}

export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "weft-delivery-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
