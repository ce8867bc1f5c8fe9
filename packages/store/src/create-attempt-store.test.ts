import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { SignedAttempt } from "./attempt-record.ts";
import type { AttemptStore } from "./attempt-store.ts";
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
  server.commands.length = 0;
});

const acquire = (owner: string, nowMs: number) =>
  store.acquireLease({ cdpId, owner, nowMs, leaseMs: 1_000 }, signal);

const signed = (attempt: number, intentHash = `txid_${attempt}`): SignedAttempt => ({
  attempt,
  runId: "20261120T215500Z",
  intentHash,
  payloadHex: "4d22",
  startEpochInclusive: 100,
  endEpochExclusive: 102,
  plan: '{"repay":"1.5"}',
  signedAtMs: 5_000,
});

const sign = (fence: number, attempt: SignedAttempt) =>
  store.recordSigned({ cdpId, fence, attempt }, signal);
const submit = (fence: number, submittedAtMs: number) =>
  store.recordSubmitted({ cdpId, fence, submittedAtMs }, signal);
const end = (fence: number, attempt: number, intentHash: string | null = null) =>
  store.recordFinal(
    {
      cdpId,
      fence,
      intentHash,
      attempt,
      ending: "liquidated",
      observedStateVersion: 18_446_744_073_709_551_615n,
      endedAtMs: 9_000,
    },
    signal,
  );

test("the first lease of a CDP has fence 1 and an empty record", async () => {
  expect(await acquire("a", 10_000)).toEqual({
    kind: "acquired",
    fence: 1,
    record: {
      nextAttempt: 0,
      unfinal: null,
      lastFinal: null,
      quarantine: null,
      failedDelivery: null,
    },
  });
});

test("a whole attempt is written down step by step, in three writes before it is submitted", async () => {
  await acquire("a", 10_000);
  await sign(1, signed(0));
  await submit(1, 6_000);
  expect(server.commands).toEqual(["UpdateItemCommand", "UpdateItemCommand", "UpdateItemCommand"]);
  expect(await acquire("b", 11_000)).toEqual({
    kind: "acquired",
    fence: 2,
    record: {
      nextAttempt: 0,
      unfinal: {
        attempt: 0,
        runId: "20261120T215500Z",
        intentHash: "txid_0",
        payloadHex: "4d22",
        startEpochInclusive: 100,
        endEpochExclusive: 102,
        plan: '{"repay":"1.5"}',
        signedAtMs: 5_000,
        submittedAtMs: 6_000,
      },
      lastFinal: null,
      quarantine: null,
      failedDelivery: null,
    },
  });
  await end(2, 0, "txid_0");
  expect(await acquire("a", 12_000)).toEqual({
    kind: "acquired",
    fence: 3,
    record: {
      nextAttempt: 1,
      unfinal: null,
      lastFinal: {
        attempt: 0,
        ending: "liquidated",
        observedStateVersion: 18_446_744_073_709_551_615n,
        endedAtMs: 9_000,
      },
      quarantine: null,
      failedDelivery: null,
    },
  });
});

test("the first submission counts, later ones change nothing", async () => {
  await acquire("a", 10_000);
  await sign(1, signed(0));
  await submit(1, 6_000);
  await submit(1, 7_000);
  const again = await acquire("b", 11_000);
  expect(again).toMatchObject({ record: { unfinal: { submittedAtMs: 6_000 } } });
});

test.each([
  ["another owner, a millisecond before the end", "b", 10_999],
  ["the same owner, which has to renew by its fence instead", "a", 10_000],
])("an unexpired lease is not given to %s", async (_case, owner, nowMs) => {
  await acquire("a", 10_000);
  expect(await acquire(owner, nowMs)).toEqual({ kind: "held", owner: "a", untilMs: 11_000 });
});

test("a lease that is renewed runs from then on, and can be renewed even after its end", async () => {
  await acquire("a", 10_000);
  await store.renewLease({ cdpId, fence: 1, leaseUntilMs: 11_900 }, signal);
  expect(await acquire("b", 11_500)).toEqual({ kind: "held", owner: "a", untilMs: 11_900 });
  await store.renewLease({ cdpId, fence: 1, leaseUntilMs: 13_000 }, signal);
  expect(await acquire("b", 12_500)).toEqual({ kind: "held", owner: "a", untilMs: 13_000 });
});

test("what is recorded of an attempt extends the lease with the same write, when told to", async () => {
  const at = { cdpId, fence: 1 };
  const heldUntilMs = async () => (await store.read(cdpId, signal))?.leaseUntilMs;
  await acquire("a", 10_000);
  await store.recordSigned({ ...at, leaseUntilMs: 12_000, attempt: signed(0) }, signal);
  expect(await heldUntilMs()).toBe(12_000);
  await store.recordSubmitted({ ...at, submittedAtMs: 6_000 }, signal);
  expect(await heldUntilMs()).toBe(12_000);
  await store.recordSubmitted({ ...at, leaseUntilMs: 13_000, submittedAtMs: 6_000 }, signal);
  expect(await heldUntilMs()).toBe(13_000);
  const final = {
    attempt: 0,
    ending: "liquidated",
    observedStateVersion: 7n,
    endedAtMs: 9_000,
  } as const;
  await store.recordFinal({ ...at, leaseUntilMs: 14_000, intentHash: "txid_0", ...final }, signal);
  expect(await store.read(cdpId, signal)).toMatchObject({
    leaseUntilMs: 14_000,
    record: { unfinal: null, lastFinal: final },
  });
});

test("a released CDP is free at once, and its old lease is no good any more", async () => {
  await acquire("a", 10_000);
  await store.releaseLease({ cdpId, fence: 1 }, signal);
  await store.releaseLease({ cdpId, fence: 1 }, signal);
  await expect(sign(1, signed(0))).rejects.toMatchObject({ code: "lease_lost" });
  await expect(
    store.renewLease({ cdpId, fence: 1, leaseUntilMs: 11_001 }, signal),
  ).rejects.toMatchObject({ code: "lease_lost" });
  expect(await acquire("b", 10_001)).toMatchObject({ kind: "acquired", fence: 2 });
});

test.each<[string, () => Promise<void>]>([
  ["signed", () => sign(1, signed(0))],
  ["submitted", () => submit(1, 6_000)],
  ["final", () => end(1, 0, "txid_b")],
  ["renewal", () => store.renewLease({ cdpId, fence: 1, leaseUntilMs: 13_000 }, signal)],
  ["release", () => store.releaseLease({ cdpId, fence: 1 }, signal)],
])(
  "a %s write under a lease that was taken over is refused and changes nothing",
  async (_, write) => {
    await acquire("a", 10_000);
    await acquire("b", 11_000);
    await sign(2, signed(0, "txid_b"));
    await expect(write()).rejects.toMatchObject({
      code: "lease_lost",
      disposition: "retry",
      message: `lease 1 on ${cdpId} is lost: there is fence 2 of b`,
    });
    expect(await acquire("c", 12_000)).toMatchObject({
      fence: 3,
      record: { nextAttempt: 0, unfinal: { intentHash: "txid_b", submittedAtMs: null } },
    });
  },
);

test("nothing is signed while an attempt has no end", async () => {
  await acquire("a", 10_000);
  await sign(1, signed(0, "txid_first"));
  await acquire("b", 11_000);
  await expect(sign(2, signed(0, "txid_second"))).rejects.toMatchObject({
    code: "unfinal_attempt",
    disposition: "park",
    message: `${cdpId}: attempt 0 (txid_first) has no end yet`,
  });
});

test.each<[string, () => Promise<void>, string]>([
  ["signed", () => sign(1, signed(1)), "attempt 1 cannot begin: 0 is next"],
  ["ended", () => end(1, 1), "attempt 1 cannot end: 0 is under way"],
  ["submitted", () => submit(1, 6_000), "nothing is signed that could have been submitted"],
])("what is %s out of order is refused", async (_case, write, fault) => {
  await acquire("a", 10_000);
  await expect(write()).rejects.toMatchObject({
    code: "attempt_out_of_order",
    disposition: "park",
    message: `${cdpId}: ${fault}`,
  });
});

test("a CDP that nobody ever leased takes no write", async () => {
  await expect(sign(1, signed(0))).rejects.toMatchObject({
    code: "lease_lost",
    message: `lease 1 on ${cdpId} is lost: there is no lease`,
  });
});

test.each([
  ["that names no intent", null],
  ["of another intent", "txid_other"],
])("an ending %s does not bury a signed attempt", async (_case, intentHash) => {
  await acquire("a", 10_000);
  await sign(1, signed(0, "txid_signed"));
  await expect(end(1, 0, intentHash)).rejects.toMatchObject({
    code: "unfinal_attempt",
    disposition: "park",
    message: `${cdpId}: attempt 0 (txid_signed) has no end yet`,
  });
  expect(await acquire("b", 11_000)).toMatchObject({
    record: { nextAttempt: 0, unfinal: { intentHash: "txid_signed" }, lastFinal: null },
  });
});

test("an intent that is not written down cannot end an attempt", async () => {
  await acquire("a", 10_000);
  await expect(end(1, 0, "txid_0")).rejects.toMatchObject({
    code: "attempt_out_of_order",
    message: `${cdpId}: attempt 0 cannot end by txid_0: nothing is signed`,
  });
});

test("an attempt may end without anything signed", async () => {
  await acquire("a", 10_000);
  await end(1, 0);
  expect(await acquire("b", 11_000)).toMatchObject({
    record: { nextAttempt: 1, unfinal: null, lastFinal: { attempt: 0 } },
  });
});

test("a write whose answer got lost on the way still counts as done", async () => {
  server.loseNextAnswer();
  expect(await acquire("a", 10_000)).toMatchObject({ kind: "acquired", fence: 1 });
  server.loseNextAnswer();
  await sign(1, signed(0));
  server.loseNextAnswer();
  await submit(1, 6_000);
  server.loseNextAnswer();
  await end(1, 0, "txid_0");
  server.loseNextAnswer();
  await store.releaseLease({ cdpId, fence: 1 }, signal);
  expect(await acquire("b", 10_001)).toMatchObject({ fence: 2, record: { nextAttempt: 1 } });
});

test("an id that is none is refused", async () => {
  cdpId = "12";
  await expect(acquire("a", 10_000)).rejects.toMatchObject({
    code: "invalid_cdp_id",
    disposition: "park",
  });
});

test("an aborted call ends with the abort", async () => {
  await expect(
    store.acquireLease({ cdpId, owner: "a", nowMs: 1, leaseMs: 1 }, AbortSignal.abort()),
  ).rejects.toMatchObject({ name: "AbortError" });
});
