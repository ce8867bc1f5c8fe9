import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { comment } from "./comment.ts";
import { withGitHub } from "./test/github-server.ts";
import { inFolder, jobIn } from "./test/recorded-job.ts";

const withChanges = (use: (say: (text: string) => Promise<string>) => Promise<void>) =>
  inFolder(async (root) => {
    await mkdir(join(root, "build/delivery"), { recursive: true });
    await use(async (text) => {
      await writeFile(join(root, "build/delivery/changes.md"), text);
      return root;
    });
  });
const person = (id: number, body: string) => ({ id, body, user: { type: "User" } });

test("the changes are one comment, which is brought up to date", async () => {
  await withGitHub(async ({ comments, variables }) => {
    await withChanges(async (say) => {
      comments.push(person(1, "Looks good."));
      await comment(jobIn(await say("two queues"), variables));
      await comment(jobIn(await say("three queues"), variables));
    });
    expect(comments.map(({ body }) => body)).toEqual([
      "Looks good.",
      "<!-- weft: changes -->\nthree queues",
    ]);
  });
});

test("it is found behind any number of others", async () => {
  await withGitHub(async ({ comments, variables }) => {
    await withChanges(async (say) => {
      for (let id = 1; id <= 230; id += 1) comments.push(person(id, "Hm."));
      await comment(jobIn(await say("one"), variables));
      await comment(jobIn(await say("two"), variables));
    });
    expect(comments).toHaveLength(231);
    expect(comments.at(-1)?.body).toBe("<!-- weft: changes -->\ntwo");
  });
});

test("a person's comment is left alone, whatever it begins with", async () => {
  await withGitHub(async ({ comments, variables }) => {
    const theirs = "<!-- weft: changes -->\nnothing changes";
    await withChanges(async (say) => {
      comments.push(person(1, theirs));
      await comment(jobIn(await say("everything"), variables));
    });
    expect(comments.map(({ body }) => body)).toEqual([
      theirs,
      "<!-- weft: changes -->\neverything",
    ]);
  });
});

test.each(["PULL_REQUEST", "GITHUB_TOKEN", "GITHUB_REPOSITORY"])(
  "without %s it says what to set",
  async (name) => {
    await withGitHub(async ({ variables }) => {
      await expect(comment(jobIn("/nowhere", { ...variables, [name]: "" }))).rejects.toThrow(
        `set ${name}: `,
      );
    });
  },
);

test("what GitHub refuses is said in its own words", async () => {
  await withGitHub(async ({ variables }) => {
    await withChanges(async (say) => {
      const job = jobIn(await say("x"), { ...variables, GITHUB_TOKEN: "another" });
      await expect(comment(job)).rejects.toThrow(/GitHub: GET issues\/7\/comments.*: 401/);
    });
  });
});
