import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./program.ts";

/** Ours, which must be those of the tree itself. */
const OWN_SCOPES = ["@weft", "@app"];

/**
 * Another commit of this repository, in a folder of its own while `use` runs. It has this tree's dependencies: nothing is
 * installed.
 */
export async function withTree<T>(
  root: string,
  commit: string,
  use: (tree: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "weft-base-"));
  const tree = join(folder, "tree");
  try {
    await run("git", ["worktree", "add", "--detach", tree, commit], { cwd: root });
    await linkModules(root, tree);
    return await use(tree);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await run("git", ["worktree", "prune"], { cwd: root });
  }
}

/** npm's own links to workspaces are relative: copied as they are, they lead into the tree. */
async function linkModules(root: string, tree: string): Promise<void> {
  const [there, here] = [join(root, "node_modules"), join(tree, "node_modules")];
  await mkdir(here);
  for (const name of await readdir(there)) {
    const [from, to] = [join(there, name), join(here, name)];
    if (OWN_SCOPES.includes(name)) await cp(from, to, { recursive: true, verbatimSymlinks: true });
    else await symlink(from, to);
  }
}
