import { DeleteItemCommand, DeleteTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFleetSwitch, type FleetSwitch } from "./fleet-switch.ts";
import { type StateServer, startStateServer } from "./testing/state-server.ts";

const { signal } = new AbortController();
const Key = { pk: { S: "FLEET" }, sk: { S: "STATE" } };
let server: StateServer;
let fleet: FleetSwitch;

beforeEach(async () => {
  server = await startStateServer();
  fleet = createFleetSwitch(server);
});

afterEach(() => server.close());

test("a new table has nobody's word on when fire may be opened", async () => {
  expect(await fleet.read(signal)).toEqual({ pause: null, holdUntilEpoch: null });
});

test("the first word on how long fire is held stands", async () => {
  expect(await fleet.holdFire({ untilEpoch: 102 }, signal)).toEqual({
    pause: null,
    holdUntilEpoch: 102,
  });
  expect(await fleet.holdFire({ untilEpoch: 90 }, signal)).toEqual({
    pause: null,
    holdUntilEpoch: 102,
  });
  expect(await fleet.read(signal)).toEqual({ pause: null, holdUntilEpoch: 102 });
});

test("of two that speak at once, both hear the same", async () => {
  const [a, b] = await Promise.all([
    fleet.holdFire({ untilEpoch: 102 }, signal),
    createFleetSwitch(server).holdFire({ untilEpoch: 103 }, signal),
  ]);
  expect(a).toEqual(b);
});

test("a word whose answer was lost is heard all the same", async () => {
  server.loseNextAnswer();
  expect((await fleet.holdFire({ untilEpoch: 102 }, signal)).holdUntilEpoch).toBe(102);
});

test("a table with the items of another believes none of its words, and keeps its pause", async () => {
  await fleet.holdFire({ untilEpoch: 102 }, signal);
  await fleet.pause({ reason: "drill", sinceMs: 5_000 }, signal);
  await server.restoreTable();
  const pause = { reason: "drill", sinceMs: 5_000 };
  // The same process asks: what it knew of the table before the restore must not help.
  expect(await fleet.read(signal)).toEqual({ pause, holdUntilEpoch: null });
  expect(await fleet.holdFire({ untilEpoch: 205 }, signal)).toEqual({ pause, holdUntilEpoch: 205 });
});

test("a switch that is lost holds fire anew", async () => {
  await fleet.holdFire({ untilEpoch: 102 }, signal);
  await server.dynamo.send(new DeleteItemCommand({ TableName: server.table, Key }));
  expect(await fleet.read(signal)).toEqual({ pause: null, holdUntilEpoch: null });
});

test("a pause holds until it is taken back, and is not begun twice", async () => {
  await fleet.holdFire({ untilEpoch: 102 }, signal);
  await fleet.pause({ reason: "drill", sinceMs: 5_000 }, signal);
  expect(await fleet.pause({ reason: "another", sinceMs: 6_000 }, signal)).toEqual({
    pause: { reason: "drill", sinceMs: 5_000 },
    holdUntilEpoch: 102,
  });
  expect(await fleet.resume(signal)).toEqual({ pause: null, holdUntilEpoch: 102 });
  expect(await fleet.read(signal)).toEqual({ pause: null, holdUntilEpoch: 102 });
});

test("a pause before anybody's word lets nobody fire", async () => {
  const pause = { reason: "drill", sinceMs: 5_000 };
  expect(await fleet.pause(pause, signal)).toEqual({ pause, holdUntilEpoch: null });
});

test("resuming what never paused changes nothing", async () => {
  expect(await fleet.resume(signal)).toEqual({ pause: null, holdUntilEpoch: null });
});

test("a switch that makes no sense is refused", async () => {
  const Item = { ...Key, tableId: { S: "a" }, holdUntilEpoch: { S: "soon" } };
  await server.dynamo.send(new PutItemCommand({ TableName: server.table, Item }));
  await expect(fleet.read(signal)).rejects.toMatchObject({ code: "stored_value_invalid" });
});

test("a table that does not answer is no permission", async () => {
  await server.dynamo.send(new DeleteTableCommand({ TableName: server.table }));
  await expect(fleet.read(signal)).rejects.toMatchObject({
    code: "state_table_failed",
    disposition: "retry",
  });
});
