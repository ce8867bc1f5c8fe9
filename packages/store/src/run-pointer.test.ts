import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDynamo } from "./aws-clients.ts";
import { createRunPointer } from "./run-pointer.ts";
import { createStateTable } from "./state-table.ts";
import { type StateServer, startStateServer } from "./testing/state-server.ts";

const { signal } = new AbortController();
let server: StateServer;

beforeAll(async () => {
  server = await startStateServer();
});

afterAll(() => server.close());

test("the latest run only ever moves forward, whoever races", async () => {
  const runs = createRunPointer(server);
  expect(await runs.read(signal)).toEqual({ latest: undefined, begun: undefined });
  await runs.advance("20261120T215500Z", signal);
  await runs.advance("20261120T215000Z", signal);
  expect(await runs.read(signal)).toEqual({ latest: "20261120T215500Z", begun: undefined });
  await runs.advance("20261120T215500Z", signal);
  await Promise.all(
    ["20261120T220500Z", "20261121T000000Z", "20261120T220000Z", "20261120T223000Z"].map((run) =>
      runs.advance(run, signal),
    ),
  );
  expect((await runs.read(signal)).latest).toBe("20261121T000000Z");
});

test("a run begins again, and never after a newer one has begun", async () => {
  const runs = createRunPointer(server);
  expect(await runs.begin("20261121T000000Z", signal)).toBe(true);
  expect(await runs.begin("20261121T000000Z", signal)).toBe(true);
  expect(await runs.begin("20261120T235500Z", signal)).toBe(false);
  expect(await runs.begin("20261121T000500Z", signal)).toBe(true);
  expect(await runs.read(signal)).toEqual({
    latest: "20261121T000000Z",
    begun: "20261121T000500Z",
  });
});

test("a run id that is none is neither written nor believed", async () => {
  const runs = createRunPointer(server);
  await expect(runs.advance("latest", signal)).rejects.toMatchObject({
    code: "stored_value_invalid",
    message: "run id: value: a run id such as 20261120T215500Z",
  });
  await server.dynamo.send(
    new PutItemCommand({
      TableName: server.table,
      Item: { pk: { S: "RUN" }, sk: { S: "LATEST" }, runId: { N: "7" } },
    }),
  );
  await expect(runs.read(signal)).rejects.toMatchObject({
    code: "stored_value_invalid",
    disposition: "park",
    message: expect.stringContaining("RUN LATEST: runId.S: "),
  });
});

test("a table that is there already is as good as a new one", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  const dynamo = createDynamo({ region: "us-east-1", endpointUrl: server.url });
  await createStateTable(dynamo, "another");
  await createStateTable(dynamo, "another");
  const runs = createRunPointer({ dynamo, table: "another" });
  expect(await runs.read(signal)).toEqual({ latest: undefined, begun: undefined });
  dynamo.destroy();
});
