import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly environment?: string;
  readonly concurrency?: { readonly group?: string; readonly "cancel-in-progress"?: boolean };
  readonly steps?: readonly Step[];
}

/** What the rules look at of a workflow. */
export interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}

export interface WorkflowFile {
  readonly name: string;
  readonly text: string;
  readonly workflow: Workflow;
}

const FOLDER = join(import.meta.dirname, "../../.github/workflows");

export const workflowFile = (name: string, text: string): WorkflowFile => ({
  name,
  text,
  workflow: parse(text) as Workflow,
});

/** Every workflow of this repository. */
export function readWorkflows(): WorkflowFile[] {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => workflowFile(name, readFileSync(join(FOLDER, name), "utf8")));
}

export const jobsOf = ({ workflow }: WorkflowFile): (readonly [string, Job])[] =>
  Object.entries(workflow.jobs ?? {});

/** Commands of all workflows, each once. */
export function commandsOf(files: readonly WorkflowFile[]): string[] {
  const steps = files.flatMap((file) => jobsOf(file).flatMap(([, { steps = [] }]) => steps));
  return [...new Set(steps.flatMap(({ run }) => (run === undefined ? [] : [run.trim()])))].sort();
}
