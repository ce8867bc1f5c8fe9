import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const ACCOUNT = "account_sim128hpzzz9yylvn6k8mcllqar577l3h5pvjamnezv8eaxxtre5aseaw3";
const client = {
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};
const loopback = {
  OPS_HOST: "127.0.0.1",
  OPS_PORT: "0",
  LOCAL_AWS_HOST: "127.0.0.1",
  LOCAL_AWS_SQS_S3_PORT: "0",
  LOCAL_AWS_DYNAMODB_PORT: "0",
  LOCAL_AWS_PUBLIC_NAME: "local.weft",
  FUNDED_ACCOUNT: ACCOUNT,
  SIMULATOR_CDPS: "40",
};
const children: ChildProcess[] = [];

type Line = Readonly<Record<string, string>>;

const start = (env: Record<string, string>) => {
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const lines: Line[] = [];
  const reader = createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line)));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stderr }));
  const said = async (message: string): Promise<Line> => {
    for (;;) {
      const line = lines.find((candidate) => candidate.message === message);
      if (line !== undefined) return line;
      await once(reader, "line");
    }
  };
  return { child, ended, lines, said };
};

const addressOf = (line: Line, name: string) => {
  const url = line[name];
  if (url === undefined) throw new Error(`no ${name} in ${JSON.stringify(line)}`);
  return url;
};

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "close");
  }
});

describe("the local stack of a cluster", () => {
  it("is ready when queues, bucket, table and book are there, and ends with 0 when told to", async () => {
    const { child, ended, said } = start(loopback);
    const ready = await said("ready");
    const ops = addressOf(await said("ops server listening"), "url");
    expect((await fetch(`${ops}/livez`)).status).toBe(200);
    expect(await (await fetch(`${ops}/readyz`)).json()).toEqual({ ready: true, stopping: false });

    const sqs = new SQSClient({ ...client, endpoint: addressOf(ready, "sqsUrl") });
    const QueueName = "weft-local-liquidation.fifo";
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { port } = new URL(addressOf(ready, "sqsUrl"));
    expect(QueueUrl).toBe(
      `http://sqs.us-east-1.local.weft:${port}/000000000000/weft-local-liquidation.fifo`,
    );
    const endpoint = addressOf(ready, "s3Url");
    const s3 = new S3Client({ ...client, endpoint, forcePathStyle: true });
    await s3.send(new HeadBucketCommand({ Bucket: "weft-local-data" }));
    const dynamo = new DynamoDBClient({ ...client, endpoint: addressOf(ready, "dynamodbUrl") });
    const { Table } = await dynamo.send(
      new DescribeTableCommand({ TableName: "weft-local-state" }),
    );
    expect(Table?.TableStatus).toBe("ACTIVE");

    const clock = await fetch(`${addressOf(ready, "gatewayUrl")}/control/clock`);
    expect(await clock.json()).toEqual({ nowMs: expect.any(Number) });
    child.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
  });

  it("tells KEDA how deep a queue is, by the URL of the manifests and by all three counts", async () => {
    const { said } = start(loopback);
    const endpoint = addressOf(await said("ready"), "sqsUrl");
    const sqs = new SQSClient({ ...client, endpoint, useQueueUrlAsEndpoint: false });
    const QueueUrl = "http://local.weft:4566/000000000000/weft-local-index";
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a batch" }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "ApproximateNumberOfMessagesDelayed",
        ],
      }),
    );
    expect(Attributes).toEqual({
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "0",
    });
  });

  it("gives the liquidator's account what it needs of every asset", async () => {
    const { said } = start(loopback);
    const gateway = addressOf(await said("ready"), "gatewayUrl");
    const response = await fetch(`${gateway}/state/entity/details`, {
      method: "POST",
      body: JSON.stringify({ addresses: [ACCOUNT], aggregation_level: "Global" }),
    });
    const { items } = (await response.json()) as {
      items: { fungible_resources: { items: { amount: string }[] } }[];
    };
    const amounts = items[0]?.fungible_resources.items.map(({ amount }) => amount);
    expect(amounts?.length).toBeGreaterThan(5);
    expect(new Set(amounts)).toEqual(new Set(["1000000000000"]));
  });

  it("names every wrong variable at once, the simulator's too, and ends with 1", async () => {
    const env = { FUNDED_ACCOUNT: "account_rdx1", SIMULATOR_CDPS: "many", OPS_PORT: "70000" };
    const { code, stderr } = await start(env).ended;
    expect(code).toBe(1);
    expect(stderr.split("\n").map((line) => line.split(":")[0])).toEqual([
      "bad environment",
      "  OPS_PORT",
      "  LOCAL_AWS_PUBLIC_NAME",
      "  FUNDED_ACCOUNT",
      "  SIMULATOR_CDPS",
      "",
    ]);
  });

  it("names a port that is taken and ends with 1", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const { ended, said } = start({ ...loopback, SIMULATOR_PORT: String(port) });
    const { err } = (await said("app failed")) as unknown as { err: { message: string } };
    expect(err.message).toContain(`address already in use 127.0.0.1:${port}`);
    expect((await ended).code).toBe(1);
    taken.close();
  });
});
