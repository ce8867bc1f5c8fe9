import { deploymentNamed } from "../../environments/src/index.ts";
import { branchOf } from "./environment.ts";
import { type Command, type Job, required, setOutputs } from "./job.ts";
import { fetchBranch, gitIn, isAncestor } from "./repository.ts";

/**
 * Moves the branch that an environment follows to RELEASED_COMMIT. Outputs `previous`, where it was, empty the first time,
 * and `releasedAt`, in seconds.
 */
export const promote: Command = async (job) => {
  const git = gitIn(job.root);
  const branch = ownBranch(job);
  const commit = required(job, "RELEASED_COMMIT", "the commit of the release");
  const previous = await fetchBranch(git, branch);
  if (previous !== undefined && !(await isAncestor(git, previous, commit))) {
    throw new Error(`${branch} is at ${previous}, which ${commit} does not follow: release anew`);
  }
  await git("push", "--no-verify", "origin", `${commit}:refs/heads/${branch}`);
  await setOutputs(job, {
    previous: previous ?? "",
    releasedAt: String(Math.floor(Date.now() / 1000)),
  });
};

/** Back to PREVIOUS_COMMIT, unless somebody has moved the branch since. */
export const demote: Command = async (job) => {
  const branch = ownBranch(job);
  const commit = required(job, "RELEASED_COMMIT", "the commit of the release that failed");
  const previous = required(job, "PREVIOUS_COMMIT", "where the branch was before");
  const ref = `refs/heads/${branch}`;
  const lease = `--force-with-lease=${ref}:${commit}`;
  await gitIn(job.root)("push", "--no-verify", lease, "origin", `${previous}:${ref}`);
  job.print(`${branch} is at ${previous} again`);
};

/** @throws {Error} for an environment that follows main, which only ever moves forward */
function ownBranch({ words }: Job): string {
  const env = deploymentNamed(words[0]);
  const branch = branchOf(env);
  if (branch === "main") throw new Error(`${env.name} follows main: it needs no promotion`);
  return branch;
}
