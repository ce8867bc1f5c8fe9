import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SqsS3Server, startSqsS3 } from "../aws/sqs-s3-server.ts";
import { forgetSnapshots } from "./forget-snapshots.ts";

const bucket = "weft-local-data";
const { signal } = new AbortController();
let server: SqsS3Server;
let s3: S3Client;

beforeAll(async () => {
  server = await startSqsS3({ host: "127.0.0.1", port: 0 });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  s3 = new S3Client({
    region: "us-east-1",
    credentials,
    endpoint: server.url,
    forcePathStyle: true,
  });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});

afterAll(async () => {
  s3.destroy();
  await server.close();
});

it("forgets old snapshots, however many pages they fill, and nothing else", async () => {
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "x" }));
  for (let batch = 0; batch < 1_001; batch += 1) await put(`snapshots/run=a/batch=${batch}`);
  await put("outcomes/run=a/cdp=7/0000.json");
  await put("runs/a/manifest.json");
  const keys = async () => {
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents?.map(({ Key }) => Key);
  };
  expect(await forgetSnapshots(s3, { bucket, beforeMs: Date.now() - 60_000 }, signal)).toBe(0);
  expect(await forgetSnapshots(s3, { bucket, beforeMs: Date.now() + 60_000 }, signal)).toBe(1_001);
  expect(await keys()).toEqual(["outcomes/run=a/cdp=7/0000.json", "runs/a/manifest.json"]);
});
