import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTree } from "./base-tree.ts";
import { compare, part } from "./compare.ts";
import { gitIn } from "./repository.ts";
import { inFolder, jobIn } from "./test/recorded-job.ts";

test("a part is folded, with the number of lines that change", () => {
  expect(part("manifests", "--- a\n+++ b\n@@ @@\n-one\n+two\n three", "diff")).toBe(
    "<details><summary><b>manifests</b>: 2 lines</summary>\n\n" +
      "````diff\n--- a\n+++ b\n@@ @@\n-one\n+two\n three\n````\n\n</details>",
  );
});

test("what does not change is a line, and what is too long for a comment is cut", () => {
  expect(part("stacks", "", "diff")).toBe("**stacks**: no change");
  const long = part("stacks", "+x\n".repeat(50_000), "diff");
  expect(long).toContain("50000 lines");
  expect(long.length).toBeLessThan(13_000);
});

/** Two commits, each with a workspace of its own, and node_modules as npm lays them. */
async function withHistory(use: (root: string, base: string) => Promise<void>) {
  await inFolder(async (folder) => {
    const root = join(folder, "repository");
    const git = gitIn(root);
    await mkdir(join(root, "environments"), { recursive: true });
    await git("init", "--quiet", "--initial-branch=main");
    await writeFile(join(root, ".gitignore"), "node_modules/\nbuild/\noutputs-*\n");
    const commit = async (text: string) => {
      await writeFile(join(root, "environments/index.txt"), text);
      await git("add", "--all");
      await git("commit", "--quiet", "--message", text);
      return git("rev-parse", "HEAD");
    };
    const base = await commit("old");
    await commit("new");
    await mkdir(join(root, "node_modules/@weft"), { recursive: true });
    await mkdir(join(root, "node_modules/zod"));
    await writeFile(join(root, "node_modules/zod/index.txt"), "zod");
    await symlink("../../environments", join(root, "node_modules/@weft/environments"));
    await use(root, base);
  });
}

test("the base has its own workspaces and this tree's dependencies, and leaves nothing behind", async () => {
  await withHistory(async (root, base) => {
    const seen = await withTree(root, base, async (tree) => [
      await readFile(join(tree, "node_modules/@weft/environments/index.txt"), "utf8"),
      await readFile(join(tree, "node_modules/zod/index.txt"), "utf8"),
    ]);
    expect(seen).toEqual(["old", "zod"]);
    expect((await gitIn(root)("worktree", "list")).split("\n")).toHaveLength(1);
  });
});

test("a base that was not fetched is refused, with the remedy", async () => {
  await withHistory(async (root) => {
    const job = jobIn(root, { BASE_COMMIT: "0".repeat(40) });
    await expect(compare(job)).rejects.toThrow("which is not in this checkout: fetch-depth: 0");
  });
});

test("without a base, and without main, there is nothing to compare with", async () => {
  await withHistory(async (root) => {
    await gitIn(root)("branch", "--move", "other");
    const job = jobIn(root);
    await compare(job);
    expect(job.printed).toEqual(["There is no main to compare with."]);
  });
});
