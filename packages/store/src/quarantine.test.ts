import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Quarantine } from "./attempt-record.ts";
import type { AttemptStore, QuarantinedCdp } from "./attempt-store.ts";
import { createAttemptStore } from "./create-attempt-store.ts";
import { type StateServer, startStateServer } from "./testing/state-server.ts";

const { signal } = new AbortController();
let server: StateServer;
let store: AttemptStore;
let cdpId: string;
let count = 0;

beforeAll(async () => {
  server = await startStateServer();
  store = createAttemptStore(server);
});

afterAll(() => server.close());

beforeEach(() => {
  count += 1;
  cdpId = `#${count}#`;
});

const quarantine: Quarantine = {
  reason: "rejected",
  failures: 2,
  sinceMs: 1_000,
  untilMs: 601_000,
  cdpFingerprint: "0011223344556677",
};

async function lease(): Promise<{ fence: number; record: object }> {
  const answer = await store.acquireLease({ cdpId, owner: "a", nowMs: 1_000, leaseMs: 1 }, signal);
  if (answer.kind === "held") throw new Error("the lease is held");
  await store.releaseLease({ cdpId, fence: answer.fence }, signal);
  return store
    .acquireLease({ cdpId, owner: "a", nowMs: 2_000, leaseMs: 1_000 }, signal)
    .then((again) => {
      if (again.kind === "held") throw new Error("the lease is held");
      return again;
    });
}

async function end(change: { quarantine?: Quarantine | null }): Promise<void> {
  const { fence, record } = await lease();
  const { nextAttempt: attempt } = record as { nextAttempt: number };
  await store.recordFinal(
    {
      ...{ cdpId, fence, attempt, ending: "rejected", observedStateVersion: 900n },
      endedAtMs: 3_000,
      intentHash: null,
      ...change,
    },
    signal,
  );
  await store.releaseLease({ cdpId, fence }, signal);
}

const recordNow = async () => {
  const { fence, record } = await lease();
  await store.releaseLease({ cdpId, fence }, signal);
  return record;
};

async function listed(): Promise<QuarantinedCdp[]> {
  const found: QuarantinedCdp[] = [];
  for await (const one of store.listQuarantined(signal)) found.push(one);
  return found.filter((one) => one.cdpId === cdpId);
}

test("an end may put the CDP into quarantine, and whoever takes it next is told, in no more writes", async () => {
  const { fence } = await lease();
  server.commands.length = 0;
  await store.recordFinal(
    {
      ...{ cdpId, fence, attempt: 0, ending: "rejected", observedStateVersion: 900n },
      ...{ endedAtMs: 3_000, intentHash: null, quarantine },
    },
    signal,
  );
  expect(server.commands).toEqual(["UpdateItemCommand"]);
  await store.releaseLease({ cdpId, fence }, signal);
  expect(await recordNow()).toMatchObject({ nextAttempt: 1, quarantine });
  expect(await listed()).toEqual([{ cdpId, quarantine }]);
});

test("an end that says nothing of it leaves the quarantine as it is", async () => {
  await end({ quarantine });
  await end({});
  expect(await recordNow()).toMatchObject({ nextAttempt: 2, quarantine });
});

test("an end may end the quarantine", async () => {
  await end({ quarantine });
  await end({ quarantine: null });
  expect(await recordNow()).toMatchObject({ nextAttempt: 2, quarantine: null });
  expect(await listed()).toEqual([]);
});

test("a quarantine is released by hand, even while somebody holds the CDP", async () => {
  await end({ quarantine });
  const { fence } = await lease();
  expect(await store.releaseQuarantine(cdpId, signal)).toBe(true);
  await store.renewLease({ cdpId, fence, leaseUntilMs: 4_000 }, signal);
  expect(await listed()).toEqual([]);
});

test("releasing what is not in quarantine, or not there, says so", async () => {
  expect(await store.releaseQuarantine(cdpId, signal)).toBe(false);
  await end({});
  expect(await store.releaseQuarantine(cdpId, signal)).toBe(false);
});

test("one item that makes no sense does not hide the others", async () => {
  await end({ quarantine });
  const Item = { pk: { S: "CDP#900" }, sk: { S: "STATE" }, quarantine: { S: "yes" } };
  await server.dynamo.send(new PutItemCommand({ TableName: server.table, Item }));
  const found: QuarantinedCdp[] = [];
  const listing = (async () => {
    for await (const one of store.listQuarantined(signal)) found.push(one);
  })();
  await expect(listing).rejects.toMatchObject({ code: "stored_value_invalid" });
  expect(found).toContainEqual({ cdpId, quarantine });
});

test("a lease that is let go may say that its message failed", async () => {
  const { fence } = await lease();
  const failedDelivery = { messageId: "m-1", failures: 3 };
  await store.releaseLease({ cdpId, fence, failedDelivery }, signal);
  expect(await recordNow()).toMatchObject({ failedDelivery });
});
