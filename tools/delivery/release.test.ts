import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { release, revert } from "./release.ts";
import { gitIn } from "./repository.ts";
import { jobIn } from "./test/recorded-job.ts";
import { digest, type Repositories, withRepositories } from "./test/repositories.ts";

const LOCK = "environments/images.lock.json";
const MANIFEST = "dist/stokenet/x.yaml";

async function releaseFrom(root: string) {
  const job = jobIn(root);
  await release(job);
  return job.outputs();
}
const revertIn = async ({ checkout }: Repositories, commit = "") => {
  const job = jobIn(await checkout(), { RELEASED_COMMIT: commit });
  await revert(job);
  return job.printed;
};

test("a release is one commit on main: the digests, and the manifests with them", async () => {
  await withRepositories(async ({ checkout, show, subjects }) => {
    const root = await checkout({ indexer: digest("a"), alloy: digest("b") });
    const built = await gitIn(root)("rev-parse", "HEAD");
    const before = Math.floor(Date.now() / 1000);
    const { commit = "", releasedAt } = await releaseFrom(root);
    expect(await subjects("main")).toEqual([`build(release): ${built.slice(0, 12)}`, "first"]);
    expect(await subjects(commit)).toEqual(await subjects("main"));
    expect(JSON.parse((await show("main", LOCK)) ?? "")).toEqual({
      alloy: digest("b"),
      indexer: digest("a"),
    });
    expect(await show("main", MANIFEST)).toBe(`first ${digest("a")}`);
    expect(Number(releasedAt)).toBeGreaterThanOrEqual(before);
  });
});

test("what a checkout has lying about does not get into it", async () => {
  await withRepositories(async ({ checkout, origin }) => {
    const { commit = "" } = await releaseFrom(await checkout());
    const files = await gitIn(origin)("show", "--format=", "--name-only", commit);
    expect(files.split("\n")).toEqual([MANIFEST, LOCK]);
  });
});

test("releases of others in between are built upon", async () => {
  await withRepositories(async ({ checkout, show, subjects }) => {
    const [one, other] = [await checkout(), await checkout({ indexer: digest("c") })];
    await releaseFrom(one);
    const { commit } = await releaseFrom(other);
    expect(commit).not.toBe("");
    expect(await subjects("main")).toHaveLength(3);
    expect(await show("main", MANIFEST)).toBe(`first ${digest("c")}`);
  });
});

test("when the sources on main are newer nothing is released: their own run does", async () => {
  await withRepositories(async ({ checkout, merge, show }) => {
    const root = await checkout();
    await merge("second");
    expect((await releaseFrom(root)).commit).toBe("");
    expect(await show("main", LOCK)).toBeUndefined();
  });
});

test("a run that is started again goes on with the commit it had pushed", async () => {
  await withRepositories(async ({ checkout }) => {
    const [once, again] = [await checkout(), await checkout()];
    const { commit } = await releaseFrom(once);
    expect((await releaseFrom(again)).commit).toBe(commit);
  });
});

test("a push that comes too late is made again, on what is there by then", async () => {
  await withRepositories(async ({ checkout, origin, subjects }) => {
    const hook = join(origin, "hooks/pre-receive");
    await writeFile(hook, "#!/bin/sh\nrm hooks/pre-receive\nexit 1\n", { mode: 0o755 });
    expect((await releaseFrom(await checkout())).commit).not.toBe("");
    expect(await subjects("main")).toHaveLength(2);
  });
});

test("without a digest that the charts ask for, or with none that is one, nothing is pushed", async () => {
  await withRepositories(async ({ checkout, subjects }) => {
    const [missing, wrong] = [
      await checkout({ alloy: digest("a") }),
      await checkout({ indexer: "sha256:1" }),
    ];
    await expect(release(jobIn(missing))).rejects.toThrow("no digest of indexer");
    await expect(release(jobIn(wrong))).rejects.toThrow("the digest of indexer is none: sha256:1");
    await expect(release(jobIn(await checkout({})))).rejects.toThrow("build the images first");
    expect(await subjects("main")).toEqual(["first"]);
  });
});

test("a revert brings back the very images of before", async () => {
  await withRepositories(async (repositories) => {
    const { checkout, show, subjects } = repositories;
    await releaseFrom(await checkout());
    const lock = await show("main", LOCK);
    const { commit } = await releaseFrom(await checkout({ indexer: digest("b") }));
    await revertIn(repositories, commit);
    expect(await show("main", LOCK)).toBe(lock);
    expect(await show("main", MANIFEST)).toBe(`first ${digest("a")}`);
    expect((await subjects("main"))[0]).toBe(`revert(release): ${commit?.slice(0, 12)}`);
  });
});

test("the revert of the first release leaves no lock", async () => {
  await withRepositories(async (repositories) => {
    const { commit } = await releaseFrom(await repositories.checkout());
    await revertIn(repositories, commit);
    expect(await repositories.show("main", LOCK)).toBeUndefined();
    expect(await repositories.show("main", MANIFEST)).toBe("first tag");
  });
});

test("a revert keeps what was merged since", async () => {
  await withRepositories(async (repositories) => {
    await releaseFrom(await repositories.checkout());
    const { commit } = await releaseFrom(await repositories.checkout({ indexer: digest("b") }));
    await repositories.merge("second");
    await revertIn(repositories, commit);
    expect(await repositories.show("main", MANIFEST)).toBe(`second ${digest("a")}`);
  });
});

test("a release that another one has followed is not taken back", async () => {
  await withRepositories(async (repositories) => {
    const { commit } = await releaseFrom(await repositories.checkout());
    await releaseFrom(await repositories.checkout({ indexer: digest("b") }));
    expect(await revertIn(repositories, commit)).toEqual([
      "released again since: nothing to take back",
    ]);
    expect(await repositories.show("main", MANIFEST)).toBe(`first ${digest("b")}`);
  });
});

test("without the commit a revert says what to set", async () => {
  await expect(revert(jobIn("/nowhere"))).rejects.toThrow("set RELEASED_COMMIT: ");
});
