import { expect, test } from "vitest";
import { demote, promote } from "./promote.ts";
import { gitIn } from "./repository.ts";
import { jobIn } from "./test/recorded-job.ts";
import { withRepositories } from "./test/repositories.ts";
import { turn } from "./turn.ts";

async function promoteTo(root: string, commit: string) {
  const job = jobIn(root, { RELEASED_COMMIT: commit }, ["mainnet"]);
  await promote(job);
  return job.outputs();
}
async function isCurrent(root: string, environment: string) {
  const job = jobIn(root, {}, [environment]);
  await turn(job);
  return (await job.outputs()).current;
}

test("mainnet's branch follows the releases that are promoted, and goes back when one fails", async () => {
  await withRepositories(async ({ checkout, merge, origin }) => {
    const branch = () => gitIn(origin)("rev-parse", "mainnet");
    const first = await gitIn(origin)("rev-parse", "main");
    expect((await promoteTo(await checkout(), first)).previous).toBe("");
    const second = await merge("second");
    expect((await promoteTo(await checkout(), second)).previous).toBe(first);
    expect(await branch()).toBe(second);
    const commits = { RELEASED_COMMIT: second, PREVIOUS_COMMIT: first };
    await demote(jobIn(await checkout(), commits, ["mainnet"]));
    expect(await branch()).toBe(first);
  });
});

test("what is older than mainnet is not promoted", async () => {
  await withRepositories(async ({ checkout, merge, origin }) => {
    const root = await checkout();
    const first = await gitIn(root)("rev-parse", "HEAD");
    const second = await merge("second");
    await promoteTo(await checkout(), second);
    await expect(promoteTo(root, first)).rejects.toThrow(`mainnet is at ${second}`);
    expect(await gitIn(origin)("rev-parse", "mainnet")).toBe(second);
  });
});

test("a branch that somebody has moved since is not moved back", async () => {
  await withRepositories(async ({ checkout, merge, origin }) => {
    const first = await gitIn(origin)("rev-parse", "main");
    const second = await merge("second");
    const third = await merge("third");
    await promoteTo(await checkout(), third);
    const commits = { RELEASED_COMMIT: second, PREVIOUS_COMMIT: first };
    await expect(demote(jobIn(await checkout(), commits, ["mainnet"]))).rejects.toThrow(/git push/);
    expect(await gitIn(origin)("rev-parse", "mainnet")).toBe(third);
  });
});

test("an environment that follows main is not promoted", async () => {
  const job = jobIn("/nowhere", {}, ["stokenet"]);
  await expect(promote(job)).rejects.toThrow("stokenet follows main");
});

test("a run has its turn until main, or mainnet, has something newer", async () => {
  await withRepositories(async ({ checkout, merge }) => {
    const root = await checkout();
    expect(await isCurrent(root, "stokenet")).toBe("true");
    expect(await isCurrent(root, "mainnet")).toBe("true");
    const second = await merge("second");
    expect(await isCurrent(root, "stokenet")).toBe("false");
    expect(await isCurrent(root, "mainnet")).toBe("true");
    await promoteTo(await checkout(), second);
    expect(await isCurrent(root, "mainnet")).toBe("false");
  });
});
