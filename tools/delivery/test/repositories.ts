import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../program.ts";
import { gitIn } from "../repository.ts";
import { inFolder } from "./recorded-job.ts";

/** Renders as the charts do, as far as a release can tell: from a source file and the lock to one manifest. */
const CHARTS = `
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
const path = "environments/images.lock.json";
const lock = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
if (process.argv.includes("--release") && !lock.indexer) throw new Error("no digest of indexer");
mkdirSync("dist/stokenet", { recursive: true });
writeFileSync("dist/stokenet/x.yaml", readFileSync("source.txt", "utf8") + (lock.indexer ?? "tag") + "\\n");
`;

/** What is gone with the test need not outlive a power cut. */
const UNSYNCED = ["--config", "core.fsync=none"];

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

export interface Repositories {
  readonly origin: string;
  /** A checkout of main as it is now, with images built from it. */
  readonly checkout: (images?: Record<string, string>) => Promise<string>;
  /** Somebody merges a change of a source into main, rendered. */
  readonly merge: (text: string) => Promise<string>;
  readonly show: (ref: string, path: string) => Promise<string | undefined>;
  readonly subjects: (ref: string) => Promise<string[]>;
}

/** A remote repository with one commit on main, and ways to work on it. */
export async function withRepositories(use: (repositories: Repositories) => Promise<void>) {
  await inFolder(async (folder) => {
    const origin = join(folder, "origin.git");
    await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", origin], {
      cwd: folder,
    });
    await gitIn(origin)("config", "core.fsync", "none");
    let clones = 0;
    const clone = async () => {
      clones += 1;
      const root = join(folder, `clone-${clones}`);
      await run("git", ["clone", "--quiet", ...UNSYNCED, origin, root], { cwd: folder });
      return root;
    };
    const commit = async (root: string, message: string) => {
      const git = gitIn(root);
      await run(process.execPath, ["charts/src/main.ts"], { cwd: root });
      await git("add", "--all");
      await git("commit", "--quiet", "--message", message);
      await git("push", "--quiet", "origin", "HEAD:refs/heads/main");
      return git("rev-parse", "HEAD");
    };
    const first = await clone();
    await mkdir(join(first, "charts/src"), { recursive: true });
    await mkdir(join(first, "environments"));
    await writeFile(join(first, "package.json"), '{"type": "module"}');
    await writeFile(join(first, "environments/index.ts"), "");
    await writeFile(join(first, "charts/src/main.ts"), CHARTS);
    await writeFile(join(first, "source.txt"), "first ");
    await commit(first, "first");
    const git = gitIn(origin);
    await use({
      origin,
      checkout: async (images = { indexer: digest("a") }) => {
        const root = await clone();
        const built = join(root, "build/delivery/images");
        await mkdir(built, { recursive: true });
        for (const [image, of] of Object.entries(images)) await writeFile(join(built, image), of);
        await writeFile(join(root, ".git/info/exclude"), "build/\noutputs-*\n");
        return root;
      },
      merge: async (text) => {
        const root = await clone();
        await writeFile(join(root, "source.txt"), `${text} `);
        return commit(root, text);
      },
      show: (ref, path) => git("show", `${ref}:${path}`).catch(() => undefined),
      subjects: async (ref) => (await git("log", "--format=%s", ref)).split("\n"),
    });
  });
}
