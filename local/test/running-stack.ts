import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { runIdOf } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { createRunWatch } from "../src/start/books.ts";
import { startChild } from "../src/start/child-process.ts";
import type { LedgerControl } from "../src/start/control.ts";
import { dispatchOnce, scheduledMinute } from "../src/start/dispatch.ts";
import type { Variables } from "../src/start/environments.ts";
import { startGuard } from "../src/start/guard.ts";
import { createPrograms, type Programs } from "../src/start/programs.ts";
import { awaitRound } from "../src/start/round.ts";
import { createRunFolder, type RunFolder } from "../src/start/run-folder.ts";
import { type Stack, startStack } from "../src/start/stack.ts";
import { createSupervisor } from "../src/start/supervise.ts";
import type { FrontGateway } from "./front-gateway.ts";
import { until } from "./until.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const CALM = new AbortController().signal;
/** More than any book of a test has. */
const MOST_CDPS = 5_000;
/** Between two observations. */
const FEED_SECONDS = 900;

/** The servers and one program of each kind, for tests that drive the rounds themselves. */
export interface RunningStack
  extends Pick<Stack, "clients" | "queueNames" | "endpoints" | "depths" | "variables"> {
  readonly control: LedgerControl;
  readonly folder: RunFolder;
  readonly gatewayUrl: string;
  /** What goes wrong between the ledger and its readers; `null` resets a fault. */
  setFaults(faults: Readonly<Record<string, unknown>>): Promise<void>;
  /** Values of the one indexer's metrics: `name{label="value"}` to number. */
  indexerMetrics(): Promise<ReadonlyMap<string, number>>;
  /** 1 while the one liquidator receives nothing for this reason. */
  liquidatorPausedFor(reason: string): Promise<number | undefined>;
  /** Runs the dispatcher for the minute that it is on the ledger's clock: the id of the run. */
  dispatch(batchSize: number): Promise<string>;
  /** What the dispatcher that ended last wrote of its metrics. */
  dispatcherMetrics(): Promise<Readonly<Record<string, number>>>;
  /** Waits until nothing is on the queues, in flight or delayed. */
  untilQueuesEmpty(within?: { readonly withinMs: number }): Promise<void>;
  /** Runs the dispatcher and waits until the queues are empty: the id of the run. */
  round(batchSize: number): Promise<string>;
  /** Has the prices as they are seen by a run, and observed anew: the next run believes them. */
  believePrices(): Promise<void>;
  send(
    queue: string,
    body: string,
    fifo?: { readonly group: string; readonly deduplicationId: string },
  ): Promise<void>;
  /** The next message of a queue, which it is taken off. */
  take(queue: string): Promise<Message>;
  stop(): Promise<void>;
}

/** @param front what the programs prefer to the simulator's own base URL */
export async function startRunningStack(
  cdps: number,
  front?: FrontGateway,
  {
    hasReference = false,
    variables: more = {},
  }: {
    readonly hasReference?: boolean;
    /** Of every program, beside its own. */
    readonly variables?: Variables;
  } = {},
): Promise<RunningStack> {
  const root = await mkdtemp(join(tmpdir(), "weft-stack-"));
  const folder = await createRunFolder({ root, startedAtMs: 0, seed: 1 });
  const guard = startGuard(process.execPath);
  const supervisor = createSupervisor({ launch: startChild, guard, sleep, onRestart: () => {} });
  const surroundings = { repositoryRoot: REPOSITORY, nodePath: process.execPath };
  const signal = supervisor.failed;
  const ours = createPrograms({ ...surroundings, baseVariables: {}, folder, sleep, signal });
  const programs: Programs = {
    ...ours,
    app: (app, name, variables) =>
      ours.app(app, name, preferring(front, { ...variables, ...more })),
  };
  const stop = async () => {
    await supervisor.stopAll(10_000).finally(() => guard.close());
    await rm(root, { recursive: true, force: true });
  };
  try {
    const options = { cdps, seed: 1, crash: "0.2", indexers: 1, liquidators: 1, maxRounds: 1 };
    const stack = await startStack({
      options: { ...options, reportFile: null, keep: false, network: "simulator", dryRun: false },
      ...{ folder, programs, supervisor, signal, hasReference },
    });
    const dispatch = (scheduledAtMs: number, batchSize: number) => {
      const variables = { ...stack.variables.dispatcher, BATCH_SIZE: String(batchSize) };
      return dispatchOnce(scheduledAtMs, { programs, supervisor, variables, sleep, signal });
    };
    return { ...driven(stack, dispatch), ...observed(stack, folder), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function preferring(front: FrontGateway | undefined, variables: Variables): Variables {
  if (front === undefined) return variables;
  front.target = variables.GATEWAY_URLS;
  return { ...variables, GATEWAY_URLS: `${front.url},${variables.GATEWAY_URLS}` };
}

function driven(
  stack: Stack,
  dispatch: (scheduledAtMs: number, batchSize: number) => Promise<void>,
): Omit<RunningStack, "folder" | "stop" | keyof ReturnType<typeof observed>> {
  const { clients, queueNames, control, depths, endpoints, variables } = stack;
  const { sqs, objects } = clients;
  if (control === null) throw new Error("a simulated ledger has its controls");
  const urlOf = async (QueueName: string) =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
  const dispatchNow = async (batchSize: number) => {
    const scheduledAtMs = scheduledMinute(await control.nowMs(CALM));
    await dispatch(scheduledAtMs, batchSize);
    return runIdOf(scheduledAtMs);
  };
  const round = async (batchSize: number) => {
    const runId = await dispatchNow(batchSize);
    const { look } = createRunWatch(objects, runId);
    const watch = { look, depths, onStatus: () => {}, sleep, nowMs: () => performance.now() };
    await awaitRound(1, { ...watch, signal: CALM });
    return runId;
  };
  return {
    clients,
    queueNames,
    control,
    endpoints,
    depths,
    variables,
    dispatch: dispatchNow,
    round,
    async believePrices() {
      await round(MOST_CDPS);
      await control.advance(FEED_SECONDS, CALM);
    },
    async send(queue, body, fifo) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: await urlOf(queue),
          MessageBody: body,
          ...(fifo && { MessageGroupId: fifo.group, MessageDeduplicationId: fifo.deduplicationId }),
        }),
      );
    },
    async take(queue) {
      const QueueUrl = await urlOf(queue);
      const receive = { QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] };
      const { Messages } = await sqs.send(new ReceiveMessageCommand(receive));
      const [message] = Messages ?? [];
      if (message === undefined) throw new Error(`nothing came to ${queue} within 20 s`);
      const { ReceiptHandle } = message;
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return message;
    },
  };
}

/** What can be seen of the programs from outside, and done to the ledger between. */
function observed(stack: Stack, folder: RunFolder) {
  const metricsOf = async (name: string): Promise<ReadonlyMap<string, number>> => {
    const response = await fetch(`${stack.opsUrls.get(name)}/metrics`);
    const lines = (await response.text()).split("\n").filter((line) => /^[a-z]/.test(line));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
    );
  };
  return {
    gatewayUrl: stack.gatewayUrls[0] ?? "",
    async setFaults(faults: Readonly<Record<string, unknown>>) {
      const response = await fetch(`${stack.gatewayUrls[0]}/control/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(faults),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    indexerMetrics: () => metricsOf("indexer-1"),
    async liquidatorPausedFor(reason: string) {
      const metrics = await metricsOf("liquidator-1");
      return metrics.get(`liquidator_receiving_paused_info{reason="${reason}"}`);
    },
    async dispatcherMetrics() {
      const lines = (await readFile(folder.logFile("dispatcher"), "utf8")).trimEnd().split("\n");
      const told = lines.findLast((line) => line.includes('"message":"metrics"')) ?? "{}";
      return (JSON.parse(told) as { metrics: Record<string, number> }).metrics;
    },
    untilQueuesEmpty: (within?: { readonly withinMs: number }) =>
      until(async () => {
        const { index, liquidation } = await stack.depths(CALM);
        return index + liquidation === 0 ? true : undefined;
      }, within).then(() => {}),
  };
}
