import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { sleep } from "@weft/runtime";
import { Interrupted } from "./failure.ts";
import { parseFlags, type StartOptions, USAGE } from "./flags.ts";
import { createProgress } from "./progress.ts";
import { run } from "./run.ts";
import type { Supervisor } from "./supervise.ts";

const EXIT_USAGE = 2;
/** What the programs may need of the person's surroundings; all else they get is said in environments.ts. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "TMPDIR",
  "SystemRoot",
  "HTTPS_PROXY",
  "NO_PROXY",
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
] as const;

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function start(options: StartOptions): Promise<number> {
  const interrupt = new AbortController();
  let supervisor: Supervisor | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort(new Interrupted(`received ${signal}`));
    });
  }
  process.on("exit", () => supervisor?.killAll());
  const { stdout } = process;
  return run({
    options,
    repositoryRoot: fileURLToPath(new URL("../../../", import.meta.url)),
    reportPath:
      options.reportFile === null
        ? null
        : resolve(process.env.INIT_CWD ?? process.cwd(), options.reportFile),
    nodePath: process.execPath,
    baseVariables: passedOn(),
    progress: createProgress({
      write: (text) => void stdout.write(text),
      isTerminal: stdout.isTTY === true,
      // 0 is what a terminal of unknown width says.
      columns: stdout.columns || 80,
      nowMs: () => performance.now(),
    }),
    sleep,
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    interrupt: interrupt.signal,
    onSupervisor: (made) => {
      supervisor = made;
    },
  });
}

const flags = parseFlags(process.argv.slice(2));
if (flags.kind === "help") {
  process.stdout.write(USAGE);
} else if (flags.kind === "fault") {
  process.stderr.write(`${flags.message}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  process.exit(await start(flags.options));
}
