import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const program = fileURLToPath(new URL("./main.ts", import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-aws-main-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const start = (env: Record<string, string>) =>
  spawn(process.execPath, [program], { env: { LOCAL_AWS_S3_FOLDER: folder, ...env } });

test("it says where it listens, on loopback, and ends with 0 when told to", async () => {
  const child = start({});
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const address = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(JSON.parse(line.toString())).toEqual({
    event: "listening",
    sqsUrl: address,
    s3Url: address,
    dynamodbUrl: address,
  });
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("a busy port is named, and it ends with 1", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const child = start({ LOCAL_AWS_SQS_S3_PORT: String(port) });
  const [line] = (await once(child.stderr, "data")) as [Buffer];
  expect(line.toString()).toBe(
    `SQS, S3 and DynamoDB cannot start: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
  );
  expect(await once(child, "exit")).toEqual([1, null]);
  await new Promise((resolve) => taken.close(resolve));
});
