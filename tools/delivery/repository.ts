import { run } from "./program.ts";

/** Who commits: GitHub's own account of its Actions. */
const IDENTITY = [
  ...["-c", "user.name=github-actions[bot]"],
  ...["-c", "user.email=41898282+github-actions[bot]@users.noreply.github.com"],
];
/** What a release changes, and nothing else does without its sources. */
export const LOCK_FILE = "environments/images.lock.json";
const RELEASED = [LOCK_FILE, "dist/"];

export type Git = (...args: string[]) => Promise<string>;

export const gitIn =
  (root: string): Git =>
  (...args) =>
    run("git", args[0] === "commit" ? [...IDENTITY, ...args] : args, { cwd: root });

/** Where a branch of the remote is now; nothing when there is none. */
export async function fetchBranch(git: Git, branch: string): Promise<string | undefined> {
  const listed = await git("ls-remote", "origin", `refs/heads/${branch}`);
  if (listed === "") return undefined;
  await git("fetch", "--quiet", "origin", `+refs/heads/${branch}:refs/remotes/origin/${branch}`);
  return git("rev-parse", `refs/remotes/origin/${branch}`);
}

/** @throws {Error} when the remote has no main */
export async function fetchMain(git: Git): Promise<string> {
  const head = await fetchBranch(git, "main");
  if (head === undefined) throw new Error("the remote has no branch main");
  return head;
}

export async function isAncestor(git: Git, older: string, newer: string): Promise<boolean> {
  return (await git("rev-list", "--count", older, `^${newer}`)) === "0";
}

/** Whether `newer` has nothing that `older` lacks, other than releases. */
export async function sameSources(git: Git, older: string, newer: string): Promise<boolean> {
  if (!(await isAncestor(git, older, newer))) return false;
  const changed = (await git("diff", "--name-only", older, newer)).split("\n").filter(Boolean);
  return changed.every((path) => RELEASED.some((released) => path.startsWith(released)));
}
