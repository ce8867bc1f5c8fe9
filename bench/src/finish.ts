import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeTarget, type Target } from "./targets.ts";

/** What a benchmark found: its numbers, and which of them there are targets for. */
export interface Report {
  readonly targets: readonly Target[];
  readonly [name: string]: unknown;
}

/** Where a report goes, and what was asked for it. */
export interface Finish {
  readonly reportFile: string | null;
  /** Where the person stood when they named the file. */
  readonly folder: string;
  readonly write: (text: string) => void;
}

/** Writes the report as JSON, tells it, and returns the exit code: 1 when a target was missed. */
export function finish(report: Report, { reportFile, folder, write }: Finish): number {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (reportFile !== null) writeFileSync(resolve(folder, reportFile), text);
  const { targets, ...numbers } = report;
  for (const [name, value] of Object.entries(numbers)) write(`  ${name}: ${String(value)}\n`);
  for (const target of targets) write(`${describeTarget(target)}\n`);
  return targets.every(({ met }) => met) ? 0 : 1;
}
