import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Candidate } from "@weft/messages";
import { LOCAL_AWS } from "../../../local/src/aws/names.ts";
import { accountOf } from "../../../local/src/start/account.ts";
import { type Child, lineOf, startChild } from "../../../local/src/start/child-process.ts";
import { callAws } from "../skeleton/aws-call.ts";
import type { SkeletonOrder, SkeletonResult } from "../skeleton/order.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { sendAll } from "./send-all.ts";
import { makeSkeletonTasks } from "./skeleton-tasks.ts";

const PROGRAM = fileURLToPath(new URL("../skeleton/main.ts", import.meta.url));
const QUEUE = "weft-bench-skeleton.fifo";
const TABLE = "weft-bench-skeleton";
const SIMULATOR_NETWORK_ID = 242;
const FUNDS = "1000000000000";
const IDLE_MS = 4_000;
const WITHIN_MS = 300_000;

export interface SkeletonOptions {
  readonly candidates: number;
  readonly processes: number;
  readonly executors: number;
  readonly messagesHeld: number;
  readonly finalityInFlight: number;
  readonly commitMs: number;
}

/** What the same number of liquidations takes when nothing is done but to send the requests. */
export interface Floor {
  readonly floorMs: number;
  readonly floorCpuMs: number;
}

export async function measureSkeleton(
  options: SkeletonOptions,
  found: readonly Candidate[],
  stack: BenchStack,
  /** Right before the clock starts. */
  slowDown: () => Promise<void>,
  signal: AbortSignal,
): Promise<Floor> {
  const { endpoints, gatewayUrl, control, variables } = stack;
  const { sqsUrl, s3Url, dynamodbUrl } = endpoints;
  const privateKeyHex = randomBytes(32).toString("hex");
  const account = await accountOf(privateKeyHex, SIMULATOR_NETWORK_ID);
  const { resources } = await control.addresses(signal);
  const funds = Object.fromEntries(Object.keys(resources).map((symbol) => [symbol, FUNDS]));
  await control.fund(account, funds, signal);
  const market = String(variables.LENDING_MARKET);
  const tasks = await makeSkeletonTasks(found, { gatewayUrl, market, account }, signal);
  const [example] = tasks;
  if (example === undefined || tasks.length < options.candidates) {
    throw new Error(`only ${tasks.length} of ${found.length} candidates can be liquidated plainly`);
  }
  const queueUrl = await makeQueueAndTable(stack);
  const { candidates, processes, ...limits } = options;
  const order: SkeletonOrder = {
    ...limits,
    ...{ gatewayUrl, sqsUrl, queueUrl, dynamodbUrl, table: TABLE },
    ...{ bucketUrl: `${s3Url}/${LOCAL_AWS.dataBucket}`, account, privateKeyHex },
    ...{ networkId: SIMULATOR_NETWORK_ID, idleMs: IDLE_MS, example },
  };
  await slowDown();
  return runProcesses(
    order,
    processes,
    async () => {
      const make = (task: (typeof tasks)[number]) => ({
        body: JSON.stringify(task),
        groupId: task.cdpId,
        deduplicationId: task.cdpId.replaceAll("#", ""),
      });
      await sendAll({ sqsUrl, queueUrl }, tasks.slice(0, candidates), make, null);
    },
    candidates,
    signal,
  );
}

async function makeQueueAndTable({ endpoints }: BenchStack): Promise<string> {
  const { QueueUrl } = await callAws<{ readonly QueueUrl: string }>(
    endpoints.sqsUrl,
    "AmazonSQS.CreateQueue",
    { QueueName: QUEUE, Attributes: { FifoQueue: "true", VisibilityTimeout: "120" } },
  );
  const keys = [
    ["pk", "HASH"],
    ["sk", "RANGE"],
  ] as const;
  await callAws(endpoints.dynamodbUrl, "DynamoDB_20120810.CreateTable", {
    TableName: TABLE,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: keys.map(([AttributeName]) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
  });
  return QueueUrl;
}

async function runProcesses(
  order: SkeletonOrder,
  processes: number,
  send: () => Promise<void>,
  candidates: number,
  signal: AbortSignal,
): Promise<Floor> {
  const folder = await mkdtemp(join(tmpdir(), "weft-skeleton-"));
  const orderFile = join(folder, "order.json");
  // It holds the key of an account of this run.
  await writeFile(orderFile, JSON.stringify(order), { mode: 0o600 });
  const children = Array.from({ length: processes }, (_, index) =>
    startChild({
      name: `skeleton-${index + 1}`,
      command: process.execPath,
      args: [PROGRAM, orderFile],
      env: {},
      logFile: join(folder, `${index + 1}.log`),
    }),
  );
  try {
    const waiting = { withinMs: WITHIN_MS, signal };
    const done = children.map((child) => lineOf(child, eventLine("done"), waiting));
    await Promise.all(children.map((child) => lineOf(child, eventLine("listening"), waiting)));
    const startedAtMs = Date.now();
    await send();
    const results = (await Promise.all(done)) as unknown as readonly SkeletonResult[];
    const submitted = results.reduce((sum, result) => sum + result.submitted, 0);
    if (submitted !== candidates) throw new Error(`the skeleton submitted ${submitted}`);
    const lastMs = Math.max(...results.map(({ lastSubmittedAtMs }) => lastSubmittedAtMs));
    const cpuMs = results.reduce((sum, result) => sum + result.cpuMs, 0);
    return { floorMs: lastMs - startedAtMs, floorCpuMs: Math.round(cpuMs) };
  } finally {
    await Promise.all(children.map((child: Child) => child.stop(1_000)));
    await rm(folder, { recursive: true, force: true });
  }
}

const eventLine = (event: string) => (line: string) => {
  if (!line.startsWith("{")) return undefined;
  const parsed = JSON.parse(line) as { readonly event?: string };
  return parsed.event === event ? parsed : undefined;
};
