import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createDynamo, createS3 } from "./aws-clients.ts";
import { createAttemptStore } from "./create-attempt-store.ts";
import { createObjectStore } from "./object-store.ts";

const { signal } = new AbortController();
let server: Server;
let options: Parameters<typeof createDynamo>[0];

beforeAll(async () => {
  // The head of an answer and the beginning of its body, and then nothing any more.
  server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
    response.write("{");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpointUrl = `http://127.0.0.1:${port}`;
  options = { region: "us-east-1", endpointUrl, stallTimeoutMs: 50 };
});

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("an answer of the table that stops half way is a failure, not a wait for ever", async () => {
  const attempts = createAttemptStore({ dynamo: createDynamo(options), table: "state" });
  await expect(attempts.read("#7#", signal)).rejects.toMatchObject({ code: "state_table_failed" });
});

test("so is an object that stops half way", async () => {
  const objects = createObjectStore({ s3: createS3(options), bucket: "data" });
  await expect(objects.getJson("runs/1.json", signal)).rejects.toMatchObject({
    code: "object_store_failed",
  });
});
