import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createFleetSwitch } from "@weft/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalAws, startLocalAws } from "./local-aws.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const region = "us-east-1";
let folder: string;
let aws: LocalAws;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-aws-"));
  aws = await startLocalAws({ host: "127.0.0.1", sqsS3Port: 0, dynamodbPort: 0, s3Folder: folder });
});

afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ["weft-local-index", "weft-local-index-dlq", 10],
  ["weft-local-liquidation.fifo", "weft-local-liquidation-dlq.fifo", 50],
])("%s hands over to %s after %i receives", async (name, deadLetterName, maxReceiveCount) => {
  const sqs = new SQSClient({ region, credentials, endpoint: aws.endpoints.sqsUrl });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
  );
  expect(JSON.parse(Attributes?.RedrivePolicy ?? "{}")).toEqual({
    deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${deadLetterName}`,
    maxReceiveCount,
  });
  expect(Attributes?.FifoQueue).toBe(name.endsWith(".fifo") ? "true" : undefined);
});

test("the state table has string keys pk and sk and is active", async () => {
  const dynamo = new DynamoDBClient({ region, credentials, endpoint: aws.endpoints.dynamodbUrl });
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: "weft-local-state" }));
  expect(Table?.TableStatus).toBe("ACTIVE");
  expect(Table?.KeySchema).toEqual([
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ]);
});

test("the fleet switch says of the new table that nothing can be open", async () => {
  const dynamo = new DynamoDBClient({ region, credentials, endpoint: aws.endpoints.dynamodbUrl });
  const fleet = createFleetSwitch({ dynamo, table: "weft-local-state" });
  const state = await fleet.read(new AbortController().signal);
  expect(state).toEqual({ pause: null, holdUntilEpoch: 0 });
});

test("an object is a plain file of the same name once it is stored, and no more once deleted", async () => {
  const s3 = new S3Client({
    region,
    credentials,
    endpoint: aws.endpoints.s3Url,
    forcePathStyle: true,
  });
  const Bucket = "weft-local-data";
  const Key = "outcomes/run=20261120T215500Z/cdp=7/0000.json";
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: '{"ending":"stale"}' }));
  const file = join(folder, Bucket, Key);
  expect(await readFile(file, "utf8")).toBe('{"ending":"stale"}');
  const read = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(await read.Body?.transformToString()).toBe('{"ending":"stale"}');
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "outcomes/" }));
  expect(listed.Contents?.map((object) => object.Key)).toEqual([Key]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

test("an object that is deleted while its file is being written leaves none", async () => {
  const path = "weft-local-data/runs/busy.json";
  const object = `${aws.endpoints.s3Url}/${path}`;
  for (let round = 0; round < 10; round += 1) {
    const put = fetch(object, { method: "PUT", body: "{}" });
    while (!(await fetch(object)).ok);
    await fetch(object, { method: "DELETE" });
    await put;
    await expect(readFile(join(folder, path))).rejects.toThrow("ENOENT");
  }
});

test("requests to the table are counted by operation", async () => {
  const counts = async (): Promise<Record<string, number>> =>
    (await (await fetch(`${aws.endpoints.sqsUrl}/control/requests`)).json()) as never;
  const { GetItem = 0, UpdateItem = 0 } = await counts();
  const dynamo = new DynamoDBClient({ region, credentials, endpoint: aws.endpoints.dynamodbUrl });
  const fleet = createFleetSwitch({ dynamo, table: "weft-local-state" });
  await fleet.read(new AbortController().signal);
  expect(await counts()).toMatchObject({ GetItem: GetItem + 1, UpdateItem });
});

test("a port that is taken is named", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const start = (ports: { sqsS3Port: number; dynamodbPort: number }) =>
    startLocalAws({ host: "127.0.0.1", s3Folder: folder, ...ports });
  await expect(start({ sqsS3Port: port, dynamodbPort: 0 })).rejects.toThrow(
    `address already in use 127.0.0.1:${port}`,
  );
  await expect(start({ sqsS3Port: 0, dynamodbPort: port })).rejects.toThrow(
    `address already in use 127.0.0.1:${port}`,
  );
  await new Promise((resolve) => taken.close(resolve));
});

test("nothing answers on the machine's other addresses", async () => {
  const other = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal)?.address;
  const { port } = new URL(aws.endpoints.sqsUrl);
  const host = other ?? "127.0.0.2";
  await expect(fetch(`http://${host}:${port}/health`)).rejects.toThrow("fetch failed");
});
