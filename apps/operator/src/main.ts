import { dispositionOf, EXIT_TEMPORARY } from "@weft/runtime";
import type { Answer } from "./answer.ts";
import { type CommandLine, parseCommandLine, USAGE, UsageError } from "./command-line.ts";
import { resolveConfig } from "./config.ts";
import { resolveRehearsalConfig } from "./rehearse/config.ts";
import { runRehearsal } from "./rehearse/wire-rehearsal.ts";
import { runCommand } from "./wire.ts";

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

async function operate(args: readonly string[], signal: AbortSignal): Promise<void> {
  const line = parseCommandLine(args);
  if (line === "help") {
    process.stdout.write(USAGE);
    return;
  }
  const { value, lines, failed = false } = await answer(line, signal);
  process.stdout.write(line.json ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join("\n")}\n`);
  if (failed) process.exitCode = EXIT_FAULT;
}

function answer({ command, environment }: CommandLine, signal: AbortSignal): Promise<Answer> {
  if (command.name === "rehearse") {
    return runRehearsal(command, resolveRehearsalConfig(environment, process.env), signal);
  }
  return runCommand(command, resolveConfig(environment, process.env), signal);
}

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
try {
  await operate(process.argv.slice(2), interrupt.signal);
} catch (error) {
  const { message, cause } = error as Error;
  const because = cause instanceof Error ? ` (${cause.message})` : "";
  process.stderr.write(`${message}${because}\n`);
  if (error instanceof UsageError) {
    process.stderr.write(`\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
  } else {
    process.exitCode = dispositionOf(error) === "retry" ? EXIT_TEMPORARY : EXIT_FAULT;
  }
}
