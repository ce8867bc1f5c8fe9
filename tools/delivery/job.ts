import { appendFile } from "node:fs/promises";

/** One command, as it was asked for. */
export interface Job {
  /** What follows the command's name. */
  readonly words: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Of the repository. */
  readonly root: string;
  readonly print: (line: string) => void;
}

export type Command = (job: Job) => Promise<void>;

/** @throws {Error} that names the variable, and says what it is for, when it is not set */
export function required({ variables }: Pick<Job, "variables">, name: string, what: string) {
  const value = variables[name];
  if (value === undefined || value === "") throw new Error(`set ${name}: ${what}`);
  return value;
}

/** For the steps that follow, where there are any. */
export async function setOutputs(
  { variables, print }: Pick<Job, "variables" | "print">,
  outputs: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}`);
  for (const line of lines) print(line);
  const { GITHUB_OUTPUT } = variables;
  if (GITHUB_OUTPUT) await appendFile(GITHUB_OUTPUT, `${lines.join("\n")}\n`);
}
