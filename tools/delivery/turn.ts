import { deploymentNamed } from "../../environments/src/index.ts";
import { branchOf } from "./environment.ts";
import { type Command, setOutputs } from "./job.ts";
import { fetchBranch, fetchMain, gitIn, isAncestor, sameSources } from "./repository.ts";

/** Output `current`: false when something newer was, or is about to be, deployed to the environment. */
export const turn: Command = async (job) => {
  const git = gitIn(job.root);
  const branch = branchOf(deploymentNamed(job.words[0]));
  const commit = await git("rev-parse", "HEAD");
  const deployed = branch === "main" ? await fetchMain(git) : await fetchBranch(git, branch);
  const current =
    branch === "main"
      ? await sameSources(git, commit, deployed ?? commit)
      : deployed === undefined || (await isAncestor(git, deployed, commit));
  if (!current) job.print(`${branch} has moved on from ${commit.slice(0, 12)}`);
  await setOutputs(job, { current: String(current) });
};
