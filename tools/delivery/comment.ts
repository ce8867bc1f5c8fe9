import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectGitHub, findOurs } from "./github.ts";
import { type Command, required } from "./job.ts";

const MARK = "<!-- weft: changes -->";
/** Where the comparison lies between two jobs. */
export const CHANGES_FILE = "build/delivery/changes.md";

/** The changes under a pull request: one comment, which says what is true now. */
export const comment: Command = async (job) => {
  const number = required(job, "PULL_REQUEST", "the number of the pull request");
  const github = connectGitHub(job);
  const body = `${MARK}\n${await readFile(join(job.root, CHANGES_FILE), "utf8")}`;
  const ours = findOurs(await github.list(`issues/${number}/comments`), MARK);
  if (ours === undefined) await github.send("POST", `issues/${number}/comments`, { body });
  else await github.send("PATCH", `issues/comments/${ours.id}`, { body });
  job.print(ours === undefined ? "comment written" : `comment ${ours.id} brought up to date`);
};
