import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { type Decimal, parseDecimal } from "@weft/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createReservations } from "./create-reservations.ts";
import type { Reservations, ReserveRequest } from "./reservations.ts";
import { type StateServer, startStateServer } from "./testing/state-server.ts";
import {
  freeAmounts,
  type Hold,
  hourlyFees,
  hourOf,
  type TreasuryBooks,
} from "./treasury-books.ts";
import { TREASURY_SHARDS } from "./treasury-shards.ts";

const { signal } = new AbortController();
const XRD = "resource_sim1xrd";
const USD = "resource_sim1usd";
const NOW = Date.parse("2026-11-20T22:10:00Z");
const HOUR = hourOf(NOW);
const NOTHING: TreasuryBooks = {
  holds: [],
  left: new Map(),
  settledVersion: 0n,
  feesXrd: new Map(),
};

let server: StateServer;
let store: Reservations;

beforeAll(async () => {
  server = await startStateServer();
  store = createReservations(server);
});

afterAll(() => server.close());

beforeEach(() => {
  server.commands.length = 0;
});

afterEach(async () => {
  for (let shard = 0; shard < TREASURY_SHARDS; shard += 1) {
    const Key = { pk: { S: `TREASURY#${shard}` }, sk: { S: "STATE" } };
    await server.dynamo.send(new DeleteItemCommand({ TableName: server.table, Key }));
  }
});

const amounts = (figures: Record<string, string>) =>
  new Map(Object.entries(figures).map(([resource, text]) => [resource, parseDecimal(text)]));

/** The account holds 100 XRD and 50 USD; the ceiling is far. */
const asked = (
  cdpId: string,
  wanted: Record<string, string>,
  change: Partial<ReserveRequest> = {},
): ReserveRequest => ({
  cdpId,
  attempt: 0,
  fence: 1,
  amounts: amounts(wanted),
  feeXrd: parseDecimal("10"),
  funds: {
    balances: amounts({ [XRD]: "100", [USD]: "50" }),
    stateVersion: 1_000n,
    booksBefore: NOTHING,
  },
  ceilingXrdPerHour: parseDecimal("1000"),
  nowMs: NOW,
  ...change,
});

/** What `reserve` leaves for the same request. */
const holdOf = (cdpId: string, wanted: Record<string, string>): Hold => ({
  ...{ cdpId, attempt: 0, fence: 1, amounts: amounts(wanted) },
  ...{ feeXrd: parseDecimal("10"), reservedAtMs: NOW },
});

/** The verdict alone. */
const reserve = async (...request: Parameters<typeof asked>) => {
  const { books: _, ...verdict } = await store.reserve(asked(...request), signal);
  return verdict;
};
const settle = (cdpId: string, attempt = 0, feeXrd = "0.4", stateVersion = 1_005n, nowMs = NOW) =>
  store.settle(
    { cdpId, attempt, commit: { feeXrd: parseDecimal(feeXrd), stateVersion }, nowMs },
    signal,
  );
const heldCdps = async () => (await store.read(signal)).holds.map(({ cdpId }) => cdpId).sort();

test("a hold is one write and one read, and can be looked at", async () => {
  expect(await reserve("#1006#", { [USD]: "50", [XRD]: "10" })).toEqual({ kind: "reserved" });
  expect(server.commands).toEqual(["UpdateItemCommand", "BatchGetItemCommand"]);
  expect(await store.read(signal)).toEqual({
    ...NOTHING,
    holds: [
      {
        cdpId: "#1006#",
        attempt: 0,
        fence: 1,
        amounts: amounts({ [USD]: "50", [XRD]: "10" }),
        feeXrd: parseDecimal("10"),
        reservedAtMs: NOW,
      },
    ],
  });
});

test("a hold comes with the books that it was judged by, its own in them", async () => {
  await reserve("#1#", { [USD]: "5" });
  const { books } = await store.reserve(asked("#2#", { [USD]: "7" }), signal);
  expect(books.holds.map(({ cdpId }) => cdpId).sort()).toEqual(["#1#", "#2#"]);
});

test("an empty treasury has empty books", async () => {
  expect(await store.read(signal)).toEqual(NOTHING);
});

test.each([
  ["all of it", "50", { kind: "reserved" }],
  [
    "10^-18 too much",
    "50.000000000000000001",
    { kind: "short", resource: USD, missing: parseDecimal("0.000000000000000001") },
  ],
])("one CDP may have %s", async (_case, usd, answer) => {
  expect(await reserve("#1#", { [USD]: usd, [XRD]: "10" })).toEqual(answer);
});

test("what one CDP holds, another, in whatever shard, cannot have", async () => {
  await reserve("#1#", { [USD]: "30", [XRD]: "10" });
  const short = { kind: "short", resource: USD, missing: parseDecimal("5") };
  for (const cdpId of ["#2#", "#9#", "#1001#"]) {
    expect(await reserve(cdpId, { [USD]: "25", [XRD]: "10" })).toEqual(short);
  }
  expect(await heldCdps()).toEqual(["#1#"]);
  expect(await reserve("#2#", { [USD]: "20", [XRD]: "10" })).toEqual({ kind: "reserved" });
});

test("a resource that the account does not hold cannot be promised", async () => {
  expect(await reserve("#1#", { resource_sim1btc: "1" })).toMatchObject({ kind: "short" });
});

test("somebody who is short of one asset keeps nobody from another", async () => {
  const poor = { ...asked("#1#", {}).funds, balances: amounts({ [USD]: "80", [XRD]: "100" }) };
  await reserve("#1#", { [USD]: "80" }, { funds: poor });
  expect(await reserve("#2#", { [XRD]: "10" })).toEqual({ kind: "reserved" });
});

test("told twice it reserves once, and a lost answer is told twice", async () => {
  await reserve("#1#", { [USD]: "50" });
  expect(await reserve("#1#", { [USD]: "50" })).toEqual({ kind: "reserved" });
  server.loseNextAnswer();
  expect(await reserve("#1#", { [USD]: "50" })).toEqual({ kind: "reserved" });
  expect(await heldCdps()).toEqual(["#1#"]);
});

test("a hold left by a worker that died before it signed gives way to the next one of the CDP", async () => {
  await reserve("#1#", { [USD]: "50" });
  const next = await reserve("#1#", { [USD]: "20" }, { fence: 2 });
  expect(next).toEqual({ kind: "reserved" });
  expect((await store.read(signal)).holds).toMatchObject([
    { fence: 2, amounts: amounts({ [USD]: "20" }) },
  ]);
});

test("a worker whose lease is over reserves nothing, and takes nothing away", async () => {
  await reserve("#1#", { [USD]: "20" }, { fence: 2 });
  await expect(reserve("#1#", { [USD]: "10" })).rejects.toMatchObject({
    code: "lease_lost",
    disposition: "retry",
  });
  await store.release(holdOf("#1#", { [USD]: "20" }), signal);
  expect((await store.read(signal)).holds).toMatchObject([
    { fence: 2, amounts: amounts({ [USD]: "20" }) },
  ]);
});

test("a release that was long on its way takes nothing that was reserved anew meanwhile", async () => {
  await reserve("#1#", { [USD]: "20" });
  await reserve("#1#", { [USD]: "20" }, { nowMs: NOW + 1 });
  await store.release(holdOf("#1#", { [USD]: "20" }), signal);
  expect(await heldCdps()).toEqual(["#1#"]);
});

test("of which nothing is signed is released, once or twice, with the answer lost or not", async () => {
  await reserve("#1#", { [USD]: "20" });
  server.loseNextAnswer();
  await store.release(holdOf("#1#", { [USD]: "20" }), signal);
  await store.release(holdOf("#1#", { [USD]: "20" }), signal);
  expect(await store.read(signal)).toEqual(NOTHING);
});

describe("settling", () => {
  test("a commit counts its fee once, however often it is told", async () => {
    await reserve("#1#", { [USD]: "20", [XRD]: "10" });
    await settle("#1#");
    await settle("#1#");
    expect(await store.read(signal)).toEqual({
      holds: [],
      left: amounts({ [USD]: "20", [XRD]: "10" }),
      settledVersion: 1_005n,
      feesXrd: new Map([[HOUR, parseDecimal("0.4")]]),
    });
  });

  test("a commit counts its fee once when the answer is lost", async () => {
    await reserve("#1#", { [XRD]: "10" });
    server.loseNextAnswer();
    await settle("#1#");
    expect((await store.read(signal)).feesXrd).toEqual(new Map([[HOUR, parseDecimal("0.4")]]));
  });

  test("whoever knows the hold settles it with one write, and need not read it", async () => {
    await reserve("#1#", { [USD]: "20", [XRD]: "10" });
    const [hold] = (await store.read(signal)).holds;
    server.commands.length = 0;
    const commit = { feeXrd: parseDecimal("0.4"), stateVersion: 1_005n };
    await store.settle({ cdpId: "#1#", attempt: 0, commit, nowMs: NOW, hold }, signal);
    expect(server.commands).toEqual(["UpdateItemCommand"]);
    expect(await store.read(signal)).toEqual({
      holds: [],
      left: amounts({ [USD]: "20", [XRD]: "10" }),
      settledVersion: 1_005n,
      feesXrd: new Map([[HOUR, parseDecimal("0.4")]]),
    });
  });

  test("a hold that has been made anew meanwhile is settled as it is, and not as it was known", async () => {
    await reserve("#1#", { [USD]: "20" });
    const [hold] = (await store.read(signal)).holds;
    await reserve("#1#", { [USD]: "5" }, { fence: 2 });
    const commit = { feeXrd: parseDecimal("0.4"), stateVersion: 1_005n };
    await store.settle({ cdpId: "#1#", attempt: 0, commit, nowMs: NOW, hold }, signal);
    expect((await store.read(signal)).left).toEqual(amounts({ [USD]: "5" }));
  });

  test("what never came onto the ledger costs nothing", async () => {
    await reserve("#1#", { [XRD]: "10" });
    await store.settle({ cdpId: "#1#", attempt: 0, commit: null, nowMs: NOW }, signal);
    expect(await store.read(signal)).toEqual(NOTHING);
  });

  test("an end told late says nothing of the attempt that follows", async () => {
    await reserve("#1#", { [XRD]: "10" }, { attempt: 1, fence: 2 });
    await settle("#1#", 0);
    expect(await heldCdps()).toEqual(["#1#"]);
  });

  test("twenty commits of one shard at once are all counted, and the newest is known", async () => {
    const cdps = Array.from({ length: 20 }, (_, n) => `#${n * 8}#`);
    const funds = { ...asked("#1#", {}).funds, balances: amounts({ [XRD]: "1000" }) };
    for (const cdpId of cdps) await reserve(cdpId, { [XRD]: "10" }, { funds });
    await Promise.all(cdps.map((cdpId, n) => settle(cdpId, 0, "0.25", BigInt(1_020 - n))));
    expect(await store.read(signal)).toEqual({
      holds: [],
      left: amounts({ [XRD]: "200" }),
      settledVersion: 1_020n,
      feesXrd: new Map([[HOUR, parseDecimal("5")]]),
    });
  });
});

describe("a balance that is older than the books", () => {
  test("what was settled after the books before it is taken off", async () => {
    const { funds } = asked("#1#", {});
    await reserve("#1#", { [USD]: "30" });
    await settle("#1#");
    expect(await reserve("#2#", { [USD]: "21" }, { funds })).toEqual({
      kind: "short",
      resource: USD,
      missing: parseDecimal("1"),
    });
    expect(await reserve("#2#", { [USD]: "20" }, { funds })).toEqual({ kind: "reserved" });
  });

  test.each([
    [1_004n, "head_behind"],
    [1_005n, "reserved"],
  ])(
    "at state version %s, with a commit at 1005 settled in the books before it, is %s",
    async (stateVersion, end) => {
      await reserve("#1#", { [USD]: "30" });
      await settle("#1#");
      const booksBefore = await store.read(signal);
      const funds = { balances: amounts({ [USD]: "20" }), stateVersion, booksBefore };
      const ended = await reserve("#2#", { [USD]: "20" }, { funds }).then(
        ({ kind }) => kind,
        ({ code }) => code,
      );
      expect(ended).toBe(end);
    },
  );
});

describe("the ceiling of an hour", () => {
  const under = (ceiling: string, nowMs = NOW) => ({
    ceilingXrdPerHour: parseDecimal(ceiling),
    nowMs,
  });

  test("counts what is locked and what was paid, and says when the hour ends", async () => {
    await reserve("#1#", { [XRD]: "10" });
    await settle("#1#", 0, "0.5");
    await reserve("#2#", { [XRD]: "10" });
    expect(await reserve("#3#", { [XRD]: "10" }, under("20.499999999999999999"))).toEqual({
      kind: "ceiling_hit",
      paidXrd: parseDecimal("0.5"),
      heldXrd: parseDecimal("20"),
      hourEndsAtMs: Date.parse("2026-11-20T23:00:00Z"),
    });
    expect(await heldCdps()).toEqual(["#2#"]);
    expect(await reserve("#3#", { [XRD]: "10" }, under("20.5"))).toEqual({ kind: "reserved" });
  });

  test("the next hour begins with what is under way", async () => {
    await reserve("#1#", { [XRD]: "10" });
    await settle("#1#", 0, "5");
    const later = Date.parse("2026-11-20T23:00:00Z");
    expect(await reserve("#2#", { [XRD]: "10" }, under("10", later - 1))).toMatchObject({
      kind: "ceiling_hit",
    });
    expect(await reserve("#2#", { [XRD]: "10" }, under("10", later))).toEqual({ kind: "reserved" });
  });

  test("hours past are forgotten; this one, the last, and one that another pod counts in already are not", async () => {
    for (const [cdpId, hoursAgo] of [
      ["#1#", 2],
      ["#2#", 1],
      ["#9#", 0],
      ["#4#", -1],
    ] as const) {
      await reserve(cdpId, { [XRD]: "10" });
      await settle(cdpId, 0, "1", 1_005n, NOW - hoursAgo * 3_600_000);
    }
    await store.forgetOldHours(NOW, signal);
    const { feesXrd } = await store.read(signal);
    expect([...feesXrd.keys()].sort()).toEqual([HOUR - 1, HOUR, HOUR + 1]);
  });
});

test("what is free is the balance less what others hold, and never less than nothing", async () => {
  const funds = { ...asked("#1#", {}).funds, balances: amounts({ [USD]: "1000", [XRD]: "100" }) };
  await reserve("#1#", { [USD]: "30", [XRD]: "10" }, { funds });
  await reserve("#2#", { [USD]: "45" }, { funds });
  const balances = amounts({ [USD]: "50", [XRD]: "100" });
  const books = await store.read(signal);
  expect(freeAmounts(balances, books, "#1#")).toEqual(amounts({ [USD]: "5", [XRD]: "100" }));
  expect(freeAmounts(balances, books, "#3#")).toEqual(amounts({ [USD]: "0", [XRD]: "90" }));
  expect(hourlyFees(books, HOUR)).toEqual({ paidXrd: 0n, heldXrd: parseDecimal("20") as Decimal });
});

test("on books that cannot be read nothing is promised", async () => {
  await server.dynamo.send(
    new PutItemCommand({
      TableName: server.table,
      Item: { pk: { S: "TREASURY#3" }, sk: { S: "STATE" }, "hold#3": { M: {} } },
    }),
  );
  await expect(reserve("#1#", { [XRD]: "10" })).rejects.toMatchObject({
    code: "treasury_unreadable",
    disposition: "retry",
    message: "TREASURY#3 hold#3 of the state table cannot be read: repair or remove it",
  });
});

test("an aborted call ends with the abort", async () => {
  await expect(store.read(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});
