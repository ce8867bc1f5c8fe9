import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { LEDGERS } from "@weft/environments";
import type { Sleep } from "@weft/runtime";
import { LOCAL_AWS } from "../aws/names.ts";
import { checkGateways } from "./check-gateways.ts";
import { describeExit, startChild } from "./child-process.ts";
import { dispatchOnce } from "./dispatch.ts";
import type { Variables } from "./environments.ts";
import { Interrupted, RunFailure } from "./failure.ts";
import type { StartOptions } from "./flags.ts";
import { startGuard } from "./guard.ts";
import { keepLines, writeEnvironmentFiles } from "./keep.ts";
import { createPrograms } from "./programs.ts";
import type { Progress } from "./progress.ts";
import { type Report, reportOf } from "./report.ts";
import { type RoundsResult, runRounds } from "./rounds.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { type Stack, startStack } from "./stack.ts";
import { summaryLines } from "./summary.ts";
import { createSupervisor, type Supervisor } from "./supervise.ts";
import { judge } from "./verdict.ts";

export interface RunDeps {
  readonly options: StartOptions;
  readonly repositoryRoot: string;
  /** Where the person stands: relative paths are meant from here. */
  readonly reportPath: string | null;
  readonly nodePath: string;
  readonly baseVariables: Variables;
  readonly progress: Progress;
  readonly sleep: Sleep;
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  /** Aborts when the person wants it to stop. */
  readonly interrupt: AbortSignal;
  /** Called once there is something to clean up when the process must end at once. */
  readonly onSupervisor: (supervisor: Supervisor) => void;
}

const EXIT_FAILED = 1;
const EXIT_INTERRUPTED = 130;
/** For a worker to finish what it holds; milliseconds. */
const STOP_GRACE_MS = 10_000;

/** The whole of `npm start`, from nothing to nothing: resolves with the exit code when no child is left. */
export async function run(deps: RunDeps): Promise<number> {
  const { options, progress, interrupt, reportPath } = deps;
  const startMs = deps.nowMs();
  try {
    if (reportPath !== null) await clearReport(reportPath);
    if (options.network !== "simulator") {
      await checkGateways(LEDGERS[options.network].gatewayUrls, interrupt);
    }
    return await runSupervised(deps, startMs);
  } catch (error) {
    if (interrupt.aborted) {
      progress.say("stopped");
      return EXIT_INTERRUPTED;
    }
    const message = error instanceof RunFailure ? error.message : describeUnexpected(error);
    progress.say(`FAIL: ${message}`);
    if (reportPath !== null) {
      await writeReport(reportPath, { version: 1, ok: false, violations: [message] });
    }
    return EXIT_FAILED;
  }
}

async function runSupervised(deps: RunDeps, startMs: number): Promise<number> {
  const { options, progress, interrupt, nodePath, sleep } = deps;
  const folder = await createRunFolder({
    root: join(deps.repositoryRoot, ".weft"),
    startedAtMs: deps.wallMs(),
    seed: options.seed,
  });
  const guard = startGuard(nodePath);
  const supervisor = createSupervisor({
    launch: startChild,
    guard,
    sleep,
    onRestart: (name, exit) => progress.say(`${name} ${describeExit(exit)}; starting it again`),
  });
  deps.onSupervisor(supervisor);
  const signal = AbortSignal.any([interrupt, supervisor.failed]);
  let clients: { close(): void } | undefined;
  let isToldToFail = false;
  try {
    const programs = createPrograms({ ...deps, folder, signal });
    progress.say(startText(options));
    const stack = await startStack({ options, folder, programs, supervisor, signal });
    clients = stack.clients;
    await writeEnvironmentFiles(folder.path, stack.variables);
    progress.say(`all processes ready after ${((deps.nowMs() - startMs) / 1_000).toFixed(1)} s`);
    const variables = stack.variables.dispatcher;
    const dispatch = (scheduledAtMs: number) =>
      dispatchOnce(scheduledAtMs, { programs, supervisor, variables, sleep, signal });
    const finished = await runRounds({ ...deps, stack, dispatch, signal });
    const ok = await conclude(finished, { deps, stack, folder, supervisor, signal, startMs });
    isToldToFail = !ok;
    if (options.keep) await stayUp(stack, folder, { ...deps, supervisor });
    return ok ? 0 : EXIT_FAILED;
  } catch (error) {
    // What ended the wait matters, not how a request in the middle of it took that.
    const cause: unknown = supervisor.failed.aborted ? supervisor.failed.reason : error;
    if (!(cause instanceof RunFailure) || cause.message.includes(folder.logs)) throw cause;
    const logs = relative(deps.repositoryRoot, folder.logs);
    throw new RunFailure(`${cause.message}\nWhat the processes said: ${logs}`);
  } finally {
    const stopped = supervisor.stopAll(STOP_GRACE_MS).finally(() => {
      clients?.close();
      guard.close();
    });
    // What the verdict has told of, it has told with more.
    await (isToldToFail ? stopped.catch(() => {}) : stopped);
  }
}

interface Conclusion {
  readonly deps: RunDeps;
  readonly stack: Stack;
  readonly folder: RunFolder;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
  readonly startMs: number;
}

async function conclude(finished: RoundsResult, context: Conclusion): Promise<boolean> {
  const { deps, stack, folder, supervisor, signal, startMs } = context;
  const { rounds, outcomes, audit } = finished;
  const depths = await stack.depths(signal);
  const parked = (["indexParked", "liquidationParked"] as const).map((name) => ({
    queue: stack.queueNames[name],
    messages: depths[name],
  }));
  const report = reportOf({
    options: deps.options,
    rounds,
    outcomes,
    audit,
    verdict: judge({
      runs: rounds.map(({ books }) => books),
      outcomes,
      audit,
      parked,
      treasury: audit && (await stack.clients.reservations.read(signal)),
      dryRun: deps.options.dryRun,
    }),
    gatewayRequests: (await stack.control?.requests(signal)) ?? null,
    restarts: supervisor.restarts,
    wallMs: deps.nowMs() - startMs,
  });
  if (deps.reportPath !== null) await writeReport(deps.reportPath, report);
  const path = relative(deps.repositoryRoot, folder.path);
  const data = join(path, "s3", LOCAL_AWS.dataBucket);
  const places = {
    snapshots: join(data, "snapshots"),
    outcomes: join(data, "outcomes"),
    logs: join(path, "logs"),
    report: deps.reportPath,
  };
  for (const line of summaryLines(report, audit, places)) deps.progress.say(line);
  return report.ok;
}

async function stayUp(
  stack: Stack,
  folder: RunFolder,
  { repositoryRoot, progress, sleep, interrupt, supervisor }: RunDeps & { supervisor: Supervisor },
): Promise<void> {
  for (const line of keepLines(stack, relative(repositoryRoot, folder.path))) progress.say(line);
  const end = AbortSignal.any([interrupt, supervisor.failed]);
  while (!end.aborted) await sleep(60_000, end);
  supervisor.failed.throwIfAborted();
}

function startText({ network, cdps, seed, indexers, liquidators }: StartOptions): string {
  const ledger =
    network === "simulator"
      ? `a simulated ledger with ${cdps} positions (seed ${seed})`
      : `${network}, as a rehearsal that signs nothing`;
  return `starting ${indexers} indexers and ${liquidators} liquidators on ${ledger}`;
}

function describeUnexpected(error: unknown): string {
  if (error instanceof Interrupted) return "interrupted";
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** An old result must not pass for this run's. */
async function clearReport(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
  } catch (error) {
    throw new RunFailure(`the report cannot be written: ${(error as Error).message}`);
  }
}

type FailedReport = Pick<Report, "version" | "ok" | "violations">;

async function writeReport(path: string, report: Report | FailedReport): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw new RunFailure(`the report cannot be written: ${(error as Error).message}`);
  }
}
