import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DEPLOYMENTS, ENVIRONMENTS } from "../../environments/src/index.ts";
import { withTree } from "./base-tree.ts";
import { CHANGES_FILE } from "./comment.ts";
import type { Command } from "./job.ts";
import { run } from "./program.ts";

/** Of a comment, GitHub takes 65,536 characters: so many for each of at most five parts. */
const PART_LIMIT = 12_000;
const TEMPLATES = "build/delivery/templates";

/** What would change in `dist/` and on AWS, against BASE_COMMIT (else main), as a page for a comment. */
export const compare: Command = async ({ root, variables, print }) => {
  const base = await commitOf(root, variables.BASE_COMMIT);
  const changed = base === undefined ? [] : await changesSince(root, base);
  const page = [
    base === undefined ? "There is no main to compare with." : `Against \`${base.slice(0, 12)}\`.`,
    ...changed,
  ].join("\n\n");
  const path = join(root, CHANGES_FILE);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${page}\n`);
  if (variables.GITHUB_STEP_SUMMARY) await appendFile(variables.GITHUB_STEP_SUMMARY, `${page}\n`);
  print(page);
};

/** A commit that was named must be there; main need not be, as in a checkout of one branch. */
async function commitOf(root: string, named: string | undefined): Promise<string | undefined> {
  const resolve = (name: string) =>
    run("git", ["rev-parse", "--verify", "--end-of-options", `${name}^{commit}`], { cwd: root });
  if (named) {
    return resolve(named).catch(() => {
      throw new Error(`BASE_COMMIT is ${named}, which is not in this checkout: fetch-depth: 0`);
    });
  }
  for (const name of ["origin/main", "main"]) {
    const commit = await resolve(name).catch(() => undefined);
    if (commit !== undefined) return commit;
  }
  return undefined;
}

async function changesSince(root: string, base: string): Promise<string[]> {
  // From where the branches parted: what main has had since is not undone by a merge.
  const parted = await run("git", ["merge-base", base, "HEAD"], { cwd: root });
  const infra = await withTree(root, parted, async (tree) => {
    const changes: string[] = [];
    for (const { name } of DEPLOYMENTS) changes.push(await templateChanges(root, tree, name));
    return changes;
  });
  const manifests = ENVIRONMENTS.map(async ({ name: env }) => {
    const diff = await run("git", ["diff", "--no-color", parted, "--", `dist/${env}`], {
      cwd: root,
    });
    return part(`manifests of ${env}`, diff, "diff");
  });
  return [...(await Promise.all(manifests)), ...infra];
}

async function templateChanges(root: string, tree: string, env: string): Promise<string> {
  const [before, after] = [join(root, TEMPLATES, `${env}-base`), join(root, TEMPLATES, env)];
  const infra = (at: string, ...words: string[]) =>
    run(process.execPath, [join(at, "infra/src/main.ts"), ...words], { cwd: at });
  await infra(tree, "synth", env, "--out", before);
  const said = await infra(root, "diff", env, "--out", after, "--against", before);
  // Its first line says where the templates are.
  const changes = said.split("\n").slice(1).join("\n");
  return part(`stacks of ${env}`, changes === "no difference" ? "" : changes, "diff");
}

/** Folded, and cut where a comment could not hold it. */
export function part(title: string, text: string, language: string): string {
  if (text === "") return `**${title}**: no change`;
  const count = text.split("\n").filter((line) => /^[+~-](?![+-])/.test(line)).length;
  const cut = text.length > PART_LIMIT;
  const shown = cut
    ? `${text.slice(0, PART_LIMIT)}\n… cut: run it here, npm run delivery -- compare`
    : text;
  const fence = "````";
  return [
    `<details><summary><b>${title}</b>: ${count} lines</summary>`,
    `${fence}${language}\n${shown}\n${fence}`,
    "</details>",
  ].join("\n\n");
}
