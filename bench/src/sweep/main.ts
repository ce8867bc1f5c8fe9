import { finish } from "../finish.ts";
import { parseFlags } from "../flags.ts";
import { startBenchStack } from "../stack/bench-stack.ts";
import { runSweep } from "./run-sweep.ts";

const EXIT_USAGE = 2;
/** In flight over all indexers: the Gateway budget of the design. */
const IN_FLIGHT = 16;

const flags = parseFlags(process.argv.slice(2), {
  cdps: { fallback: 100_000, min: 100, max: 1_000_000 },
  "latency-ms": { fallback: 100, min: 0, max: 10_000 },
  indexers: { fallback: 4, min: 1, max: 16 },
  sweeps: { fallback: 4, min: 2, max: 1_000 },
  seed: { fallback: 1, min: 0, max: 4_294_967_295 },
});

if (flags.kind === "fault") {
  process.stderr.write(`${flags.message}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  const { cdps, indexers, seed, sweeps, "latency-ms": latencyMs } = flags.numbers;
  const baseVariables = { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS ?? "" };
  const stack = await startBenchStack({ cdps, indexers, seed, baseVariables });
  process.on("exit", () => stack.supervisor.killAll());
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(130));
  try {
    const options = { cdps, latencyMs, indexers, inFlight: IN_FLIGHT, sweeps };
    const report = await runSweep(options, stack, stack.supervisor.failed);
    process.exitCode = finish(report, {
      reportFile: flags.reportFile,
      folder: process.env.INIT_CWD ?? process.cwd(),
      write: (text) => void process.stdout.write(text),
    });
  } finally {
    await stack.stop();
  }
}
