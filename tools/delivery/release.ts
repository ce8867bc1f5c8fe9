import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDigests, writeLock } from "./image-digests.ts";
import { type Command, type Job, required, setOutputs } from "./job.ts";
import { run } from "./program.ts";
import { fetchMain, type Git, gitIn, LOCK_FILE, sameSources } from "./repository.ts";

/** Main may move between a look at it and the push. */
const ATTEMPTS = 3;

/**
 * Commits the digests of the images that were built, and `dist/` as it follows from them, to main. Outputs `commit`, empty
 * when the sources on main are newer, and `releasedAt`, in seconds.
 */
export const release: Command = async (job) => {
  const git = gitIn(job.root);
  const built = await git("rev-parse", "HEAD");
  const digests = await readDigests(job.root);
  const commit = await onMain(git, async (head) => {
    if (!(await sameSources(git, built, head))) return undefined;
    await writeLock(join(job.root, LOCK_FILE), digests);
    await render(job, "--release");
    return `build(release): ${built.slice(0, 12)}`;
  });
  if (commit === undefined) job.print("main has moved on: its own run releases");
  await setOutputs(job, {
    commit: commit ?? "",
    releasedAt: String(Math.floor(Date.now() / 1000)),
  });
};

/** Takes the lock of RELEASED_COMMIT back to what it was before, and renders: the very same images as before. */
export const revert: Command = async (job) => {
  const git = gitIn(job.root);
  const released = required(job, "RELEASED_COMMIT", "the commit of the release that failed");
  const lockOf = (commit: string) => git("show", `${commit}:${LOCK_FILE}`).catch(() => undefined);
  const [wrong, before] = [await lockOf(released), await lockOf(`${released}^`)];
  const commit = await onMain(git, async (head) => {
    // Somebody has released since: that is what runs now.
    if ((await lockOf(head)) !== wrong) return undefined;
    const path = join(job.root, LOCK_FILE);
    if (before === undefined) await rm(path);
    else await writeFile(path, `${before}\n`);
    await render(job);
    return `revert(release): ${released.slice(0, 12)}`;
  });
  job.print(
    commit === undefined ? "released again since: nothing to take back" : `${commit} pushed`,
  );
};

/**
 * A commit on top of main as it is on the remote, pushed.
 *
 * @param change makes the tree what it should be and names the commit; nothing when there is no need for one any more
 * @returns the commit that has the change, or nothing
 */
async function onMain(
  git: Git,
  change: (head: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const head = await fetchMain(git);
    await git("checkout", "--quiet", "--force", "--detach", head);
    const subject = await change(head);
    if (subject === undefined) return undefined;
    await git("add", "--all", "--", LOCK_FILE, "dist");
    // Pushed by a run that came no further: its commit is the one to go on with, or to take back.
    if ((await git("diff", "--cached", "--name-only")) === "") {
      return git("log", "--max-count=1", "--format=%H", "--", LOCK_FILE);
    }
    await git("commit", "--quiet", "--no-verify", "--message", subject);
    const commit = await git("rev-parse", "HEAD");
    try {
      await git("push", "--no-verify", "origin", "HEAD:refs/heads/main");
      return commit;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

const render = ({ root }: Job, ...options: string[]) =>
  run(process.execPath, [join(root, "charts/src/main.ts"), ...options], { cwd: root });
