import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DriftReport, reportDrift } from "./report-drift.ts";
import { withGitHub } from "./test/github-server.ts";
import { inFolder, jobIn } from "./test/recorded-job.ts";

const CLEAN: DriftReport[] = ["stokenet", "mainnet"].map((environment) => ({
  environment,
  findings: [],
}));
const drifted = (text: string): DriftReport[] => [
  { environment: "stokenet", findings: [] },
  { environment: "mainnet", findings: [{ of: "resources", text }] },
];

/** One night after another. */
async function nights(variables: Record<string, string>, ...reports: DriftReport[][]) {
  const said: string[] = [];
  for (const night of reports) {
    await inFolder(async (root) => {
      const folder = join(root, "build/delivery/drift");
      await mkdir(folder, { recursive: true });
      for (const report of night) {
        await writeFile(join(folder, `${report.environment}.json`), JSON.stringify(report));
      }
      const job = jobIn(root, variables);
      await reportDrift(job);
      said.push(...job.printed);
    });
  }
  return said;
}

test("drift is one issue: opened, brought up to date, and closed when all is as it should be", async () => {
  await withGitHub(async ({ issues, variables }) => {
    const said = await nights(variables, CLEAN, drifted("a rule"), drifted("two rules"), CLEAN);
    expect(said).toEqual([
      "everything is as Git says",
      "issue 2000 opened",
      "issue 2000 brought up to date",
      "issue 2000 closed: everything is as Git says",
    ]);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ title: "What runs is not what Git says", state: "closed" });
    expect(issues[0]?.body).toContain("## mainnet\n\n### resources\n\n````text\ntwo rules\n````");
    expect(issues[0]?.body).not.toContain("stokenet");
  });
});

test("an issue that was closed is history: the next drift is a new one", async () => {
  await withGitHub(async ({ issues, variables }) => {
    await nights(variables, drifted("a"), CLEAN, drifted("b"));
    expect(issues.map(({ number, state }) => [number, state])).toEqual([
      [2000, "closed"],
      [2001, "open"],
    ]);
  });
});

test("what could not be looked at is no proof: it is reported", async () => {
  await withGitHub(async ({ issues, variables }) => {
    await nights(variables, CLEAN.slice(0, 1));
    expect(issues[0]?.body).toContain("## mainnet\n\n### the look itself");
  });
});

test("text beyond what GitHub takes is cut", async () => {
  await withGitHub(async ({ issues, variables }) => {
    await nights(variables, drifted("x".repeat(100_000)));
    expect(issues[0]?.body?.length).toBeLessThan(10_000);
  });
});
