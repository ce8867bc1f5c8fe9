import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WORKER_NODE_OPTIONS } from "@weft/environments";
import { sleep } from "@weft/runtime";
import { startChild } from "../../../local/src/start/child-process.ts";
import type { LedgerControl } from "../../../local/src/start/control.ts";
import type { Variables } from "../../../local/src/start/environments.ts";
import { startGuard } from "../../../local/src/start/guard.ts";
import { createPrograms, type Programs } from "../../../local/src/start/programs.ts";
import { createRunFolder } from "../../../local/src/start/run-folder.ts";
import { type Stack, type StackDeps, startStack } from "../../../local/src/start/stack.ts";
import { createSupervisor, type Supervisor } from "../../../local/src/start/supervise.ts";

/** Simulator, queues, buckets, table and indexers, each its own process. */
export interface BenchStack extends Pick<Stack, "clients" | "depths" | "endpoints" | "opsUrls"> {
  readonly control: LedgerControl;
  readonly programs: Programs;
  readonly supervisor: Supervisor;
  /** Of the dispatcher. */
  readonly variables: Variables;
  readonly gatewayUrl: string;
  readonly cdpResource: string;
  /** Changes the network and the ledger's behaviour by the names that the simulator has for them. */
  setFaults(faults: Readonly<Record<string, unknown>>): Promise<void>;
  /** The state version of the ledger's head. */
  headVersion(): Promise<number>;
  /** A counter of the indexers, all its labels and all of them together. */
  counted(name: string): Promise<number>;
  pidsOf(program: string): number[];
  stop(): Promise<void>;
}

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

export async function startBenchStack(options: {
  readonly cdps: number;
  readonly indexers: number;
  readonly liquidators?: number;
  readonly seed: number;
  readonly overrides?: StackDeps["overrides"];
  readonly unfunded?: StackDeps["unfunded"];
  /** What every process needs of its surroundings. */
  readonly baseVariables: Variables;
}): Promise<BenchStack> {
  const { cdps, indexers, liquidators = 0, seed, overrides = {}, baseVariables } = options;
  const nodeOptions = `${WORKER_NODE_OPTIONS} ${baseVariables.NODE_OPTIONS ?? ""}`;
  const worker = { NODE_OPTIONS: nodeOptions };
  const root = await mkdtemp(join(tmpdir(), "weft-bench-"));
  const folder = await createRunFolder({ root, startedAtMs: 0, seed });
  const guard = startGuard(process.execPath);
  const supervisor = createSupervisor({ launch: startChild, guard, sleep, onRestart: () => {} });
  const signal = supervisor.failed;
  const programs = createPrograms({
    ...{ repositoryRoot: REPOSITORY, nodePath: process.execPath },
    ...{ baseVariables, folder, sleep, signal },
  });
  const stop = async () => {
    await supervisor.stopAll(10_000).finally(() => guard.close());
    await rm(root, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      options: {
        ...{ cdps, seed, indexers, liquidators, crash: "0.25", maxRounds: 2 },
        ...{ reportFile: null, keep: false, network: "simulator", dryRun: false },
      },
      overrides: {
        ...overrides,
        indexer: { ...worker, ...overrides.indexer },
        liquidator: { ...worker, ...overrides.liquidator },
      },
      ...{ folder, programs, supervisor, signal },
      unfunded: options.unfunded,
    });
    const pids = await pidsIn(folder.path);
    return {
      ...driven(stack),
      programs,
      supervisor,
      pidsOf: (name) => pidsNamed(pids, name),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function driven(stack: Stack) {
  const { clients, depths, endpoints, control, variables, opsUrls } = stack;
  const [gatewayUrl] = stack.gatewayUrls;
  if (control === null || gatewayUrl === undefined) throw new Error("no simulated ledger");
  return {
    ...{ clients, depths, endpoints, opsUrls, control, gatewayUrl },
    variables: variables.dispatcher,
    cdpResource: String(variables.indexer.CDP_RESOURCE),
    setFaults: async (faults: Readonly<Record<string, unknown>>) => {
      const body = JSON.stringify(faults);
      const answer = await fetch(`${gatewayUrl}/control/faults`, { method: "POST", body });
      if (!answer.ok) throw new Error(`the simulator will not have it: ${await answer.text()}`);
    },
    headVersion: async () => {
      const response = await fetch(`${gatewayUrl}/control/health`);
      const { ledger_state } = (await response.json()) as {
        readonly ledger_state: { readonly state_version: number };
      };
      return ledger_state.state_version;
    },
    counted: async (name: string) => {
      const counts = await Promise.all([...opsUrls.values()].map((url) => countedBy(url, name)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function countedBy(opsUrl: string, name: string): Promise<number> {
  const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
  return metrics
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** Each process writes its id into a file of its own name. */
async function pidsIn(folder: string): Promise<ReadonlyMap<string, number>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".pid"));
  const pids = files.map(async (file): Promise<[string, number]> => {
    return [file, Number(await readFile(join(folder, file), "utf8"))];
  });
  return new Map(await Promise.all(pids));
}

const pidsNamed = (pids: ReadonlyMap<string, number>, name: string) =>
  [...pids].flatMap(([file, pid]) => (file.startsWith(name) ? [pid] : []));
