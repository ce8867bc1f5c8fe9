import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectGitHub, findOurs, type GitHub } from "./github.ts";
import type { Command, Job } from "./job.ts";

const MARK = "<!-- weft: drift -->";
const TITLE = "What runs is not what Git says";
export const DRIFT_FOLDER = "build/delivery/drift";
/** What is looked at every night. */
export const WATCHED = ["stokenet", "mainnet"] as const;
/** Six of them at most, and GitHub takes 65,536 characters. */
const FINDING_LIMIT = 9_000;

/** One environment, looked at. */
export interface DriftReport {
  readonly environment: string;
  /** Text of whoever found it, by what was looked at; nothing where all is as it should be. */
  readonly findings: readonly { readonly of: string; readonly text: string }[];
}

/** One issue, open as long as something differs: written, brought up to date, and closed. */
export const reportDrift: Command = async (job) => {
  const github = connectGitHub(job);
  const reports = await Promise.all(WATCHED.map((environment) => readReport(job, environment)));
  const open = await github.list("issues?state=open");
  const ours = findOurs(
    open.filter((entry) => entry.pull_request === undefined),
    MARK,
  );
  job.print(await settle(github, ours?.number, reports));
};

async function settle(github: GitHub, number: number | undefined, reports: readonly DriftReport[]) {
  const drifted = reports.filter(({ findings }) => findings.length > 0);
  if (drifted.length === 0) {
    if (number === undefined) return "everything is as Git says";
    await github.send("PATCH", `issues/${number}`, { state: "closed" });
    return `issue ${number} closed: everything is as Git says`;
  }
  const body = `${MARK}\n${drifted.map(describe).join("\n\n")}\n`;
  if (number !== undefined) {
    await github.send("PATCH", `issues/${number}`, { body });
    return `issue ${number} brought up to date`;
  }
  return `issue ${(await github.send("POST", "issues", { title: TITLE, body })).number} opened`;
}

function describe({ environment, findings }: DriftReport): string {
  const parts = findings.map(({ of, text }) => {
    const shown = text.length > FINDING_LIMIT ? `${text.slice(0, FINDING_LIMIT)}\n…` : text;
    return `### ${of}\n\n\`\`\`\`text\n${shown.trim()}\n\`\`\`\``;
  });
  return [`## ${environment}`, ...parts].join("\n\n");
}

/** What was not looked at may have drifted: it keeps the issue open. */
async function readReport({ root }: Job, environment: string): Promise<DriftReport> {
  const path = join(root, DRIFT_FOLDER, `${environment}.json`);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text !== undefined) return JSON.parse(text) as DriftReport;
  const finding = { of: "the look itself", text: "It did not come to an end: see the workflow." };
  return { environment, findings: [finding] };
}
