import { dispositionOf, EXIT_TEMPORARY } from "@weft/runtime";
import { parseCommandLine, USAGE, UsageError } from "./command-line.ts";
import { resolveConfig } from "./config.ts";
import { runCommand } from "./wire.ts";

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

async function operate(args: readonly string[], signal: AbortSignal): Promise<void> {
  const line = parseCommandLine(args);
  if (line === "help") {
    process.stdout.write(USAGE);
    return;
  }
  const config = resolveConfig(line.environment, process.env);
  const { value, lines } = await runCommand(line.command, config, signal);
  process.stdout.write(line.json ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join("\n")}\n`);
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
