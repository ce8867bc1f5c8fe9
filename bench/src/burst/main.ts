import { availableParallelism } from "node:os";
import { LOCAL_AWS } from "../../../local/src/aws/names.ts";
import { UNFUNDED } from "../../../local/src/start/swap-pools.ts";
import { finish } from "../finish.ts";
import { parseFlags } from "../flags.ts";
import { candidatesFor, roundSizes } from "../poison/poison-rounds.ts";
import { runPoison } from "../poison/run-poison.ts";
import { runRolling } from "../rolling/run-rolling.ts";
import { type BenchStack, startBenchStack } from "../stack/bench-stack.ts";
import { type BurstOptions, runBurst } from "./run-burst.ts";

const EXIT_USAGE = 2;
/** Over all liquidators: the design's. */
const EXECUTORS = 50;
const FINALITY_IN_FLIGHT = 10;
const MESSAGES_IN_FLIGHT = 400;
const VISIBILITY_TIMEOUT_SECONDS = 60;
/** The book has to hold so many positions for each candidate that it is to give. */
const CDPS_PER_CANDIDATE = 20;
/** For warming up, and to choose among. */
const SPARE_CANDIDATES = 100;
const CRASH = "0.2";

const flags = parseFlags(
  process.argv.slice(2),
  {
    candidates: { fallback: 1_500, min: 10, max: 20_000 },
    "commit-ms": { fallback: 5_000, min: 100, max: 60_000 },
    "latency-ms": { fallback: 100, min: 0, max: 10_000 },
    /** Candidates per hour; 0 sends all at once. */
    rate: { fallback: 0, min: 0, max: 1_000_000 },
    liquidators: { fallback: 5, min: 1, max: 50 },
    /** Poisoned CDPs for each hundred candidates; 0 is another benchmark. */
    poison: { fallback: 0, min: 0, max: 50 },
    seed: { fallback: 1, min: 0, max: 4_294_967_295 },
  },
  ["rolling-restart"],
);

if (flags.kind === "fault") {
  refuse(flags.message);
} else if (flags.numbers.poison > 0 && flags.switches["rolling-restart"]) {
  refuse("--poison and --rolling-restart are two benchmarks: give one of them");
} else {
  const { candidates, liquidators, rate, seed, poison: percent } = flags.numbers;
  const { "latency-ms": latencyMs, "commit-ms": commitMs } = flags.numbers;
  const { needed, run, unfunded } = modeOf(candidates, percent, flags.switches["rolling-restart"]);
  const stack = await startBenchStack({
    ...{ cdps: (needed + SPARE_CANDIDATES) * CDPS_PER_CANDIDATE, indexers: 2, liquidators, seed },
    ...{ unfunded, baseVariables: { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS ?? "" } },
    overrides: {
      indexer: {
        // What they find is kept until the clock starts: no liquidator receives from there.
        LIQUIDATION_QUEUE: LOCAL_AWS.liquidationDeadLetterQueue,
        // However long that takes, and the rounds before theirs.
        CANDIDATE_TTL_SECONDS: "86400",
      },
      liquidator: {
        ...{ MESSAGES_IN_FLIGHT: String(MESSAGES_IN_FLIGHT), FINALITY_POLL_MS: "1000" },
        EXECUTORS: String(Math.floor(EXECUTORS / liquidators)),
        VISIBILITY_TIMEOUT_SECONDS: String(VISIBILITY_TIMEOUT_SECONDS),
      },
    },
  });
  process.on("exit", () => stack.supervisor.killAll());
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(130));
  try {
    const limits = { executors: EXECUTORS, finalityInFlight: FINALITY_IN_FLIGHT };
    const report = await run(
      {
        ...{ candidates, commitMs, latencyMs, liquidators, ...limits },
        ...{ messagesInFlight: MESSAGES_IN_FLIGHT, cores: availableParallelism(), crash: CRASH },
        perHour: rate === 0 ? null : rate,
      },
      stack,
      stack.supervisor.failed,
    );
    process.exitCode = finish(report, {
      reportFile: flags.reportFile,
      folder: process.env.INIT_CWD ?? process.cwd(),
      write: (text) => void process.stdout.write(text),
    });
  } finally {
    await stack.stop();
  }
}

/**
 * What is run, how many candidates it takes, and what the treasury has nothing of. Where rounds are compared it lacks nothing: a debt
 * that can neither be paid nor borrowed would be waited for until its candidate expires.
 */
function modeOf(candidates: number, percent: number, isRolling: boolean) {
  if (percent > 0) {
    const run = (options: BurstOptions, stack: BenchStack, signal: AbortSignal) =>
      runPoison({ ...options, percent }, stack, signal);
    return { needed: candidatesFor(roundSizes(candidates, percent)), unfunded: null, run };
  }
  if (!isRolling) return { needed: candidates, unfunded: UNFUNDED, run: runBurst };
  const run = (options: BurstOptions, stack: BenchStack, signal: AbortSignal) => {
    const visibilityTimeoutSeconds = VISIBILITY_TIMEOUT_SECONDS;
    return runRolling({ ...options, visibilityTimeoutSeconds }, stack, signal);
  };
  return { needed: 2 * candidates, unfunded: null, run };
}

function refuse(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = EXIT_USAGE;
}
