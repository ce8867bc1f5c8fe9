import type { Step } from "./steps.ts";

/** How a command ended, with all that it wrote. */
interface Outcome {
  readonly passed: boolean;
  readonly said: string;
}

export interface Runner {
  readonly run: (command: string) => Promise<Outcome>;
  readonly print: (line: string) => void;
  readonly nowMs: () => number;
}

/** One after the other, a line each, until the first that fails. @returns whether all passed */
export async function runSteps(
  steps: readonly Step[],
  { run, print, nowMs }: Runner,
): Promise<boolean> {
  const width = Math.max(...steps.map(({ command }) => command.length));
  const start = nowMs();
  for (const { command, remedy } of steps) {
    const begun = nowMs();
    const { passed, said } = await run(command);
    print(`${passed ? "ok  " : "FAIL"} ${command.padEnd(width)} ${seconds(nowMs() - begun)}`);
    if (passed) continue;
    print(`\n${said.trimEnd()}\n\n${command} failed: ${remedy}`);
    return false;
  }
  print(`all ${steps.length} passed in ${seconds(nowMs() - start).trim()}`);
  return true;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`.padStart(8);
