import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { type Decimal, parseDecimal } from "@weft/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  amounts,
  asked,
  HOUR,
  holdOf,
  NOTHING,
  NOW,
  openTill,
  type Till,
  USD,
  XRD,
} from "./testing/till.ts";
import { freeAmounts, hourlyFees } from "./treasury-books.ts";

const { signal } = new AbortController();
let till: Till;

beforeAll(async () => {
  till = await openTill();
});

beforeEach(() => till.empty());

afterAll(() => till.server.close());

test("a hold is one write and one read, and can be looked at", async () => {
  expect(await till.reserve("#1006#", { [USD]: "50", [XRD]: "10" })).toEqual({ kind: "reserved" });
  expect(till.server.commands).toEqual(["UpdateItemCommand", "BatchGetItemCommand"]);
  expect(await till.store.read(signal)).toEqual({
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
  await till.reserve("#1#", { [USD]: "5" });
  const { books } = await till.store.reserve(asked("#2#", { [USD]: "7" }), signal);
  expect(books.holds.map(({ cdpId }) => cdpId).sort()).toEqual(["#1#", "#2#"]);
});

test("an empty treasury has empty books", async () => {
  expect(await till.store.read(signal)).toEqual(NOTHING);
});

test.each([
  ["all of it", "50", { kind: "reserved" }],
  [
    "10^-18 too much",
    "50.000000000000000001",
    { kind: "short", resource: USD, missing: parseDecimal("0.000000000000000001") },
  ],
])("one CDP may have %s", async (_case, usd, answer) => {
  expect(await till.reserve("#1#", { [USD]: usd, [XRD]: "10" })).toEqual(answer);
});

test("what one CDP holds, another, in whatever shard, cannot have", async () => {
  await till.reserve("#1#", { [USD]: "30", [XRD]: "10" });
  const short = { kind: "short", resource: USD, missing: parseDecimal("5") };
  for (const cdpId of ["#2#", "#9#", "#1001#"]) {
    expect(await till.reserve(cdpId, { [USD]: "25", [XRD]: "10" })).toEqual(short);
  }
  expect(await till.heldCdps()).toEqual(["#1#"]);
  expect(await till.reserve("#2#", { [USD]: "20", [XRD]: "10" })).toEqual({ kind: "reserved" });
});

test("a resource that the account does not hold cannot be promised", async () => {
  expect(await till.reserve("#1#", { resource_sim1btc: "1" })).toMatchObject({ kind: "short" });
});

test("somebody who is short of one asset keeps nobody from another", async () => {
  const poor = { ...asked("#1#", {}).funds, balances: amounts({ [USD]: "80", [XRD]: "100" }) };
  await till.reserve("#1#", { [USD]: "80" }, { funds: poor });
  expect(await till.reserve("#2#", { [XRD]: "10" })).toEqual({ kind: "reserved" });
});

test("told twice it reserves once, and a lost answer is told twice", async () => {
  await till.reserve("#1#", { [USD]: "50" });
  expect(await till.reserve("#1#", { [USD]: "50" })).toEqual({ kind: "reserved" });
  till.server.loseNextAnswer();
  expect(await till.reserve("#1#", { [USD]: "50" })).toEqual({ kind: "reserved" });
  expect(await till.heldCdps()).toEqual(["#1#"]);
});

test("a hold left by a worker that died before it signed gives way to the next one of the CDP", async () => {
  await till.reserve("#1#", { [USD]: "50" });
  const next = await till.reserve("#1#", { [USD]: "20" }, { fence: 2 });
  expect(next).toEqual({ kind: "reserved" });
  expect((await till.store.read(signal)).holds).toMatchObject([
    { fence: 2, amounts: amounts({ [USD]: "20" }) },
  ]);
});

test("a worker whose lease is over reserves nothing, and takes nothing away", async () => {
  await till.reserve("#1#", { [USD]: "20" }, { fence: 2 });
  await expect(till.reserve("#1#", { [USD]: "10" })).rejects.toMatchObject({
    code: "lease_lost",
    disposition: "retry",
  });
  await till.store.release(holdOf("#1#", { [USD]: "20" }), signal);
  expect((await till.store.read(signal)).holds).toMatchObject([
    { fence: 2, amounts: amounts({ [USD]: "20" }) },
  ]);
});

test("a write that was long on its way does not replace what was reserved later under the same lease", async () => {
  await till.reserve("#1#", { [USD]: "20" }, { nowMs: NOW + 1 });
  await expect(till.reserve("#1#", { [USD]: "10" })).rejects.toMatchObject({ code: "lease_lost" });
  expect((await till.store.read(signal)).holds).toMatchObject([
    { reservedAtMs: NOW + 1, amounts: amounts({ [USD]: "20" }) },
  ]);
});

test("a release that was long on its way takes nothing that was reserved anew meanwhile", async () => {
  await till.reserve("#1#", { [USD]: "20" });
  await till.reserve("#1#", { [USD]: "20" }, { nowMs: NOW + 1 });
  await till.store.release(holdOf("#1#", { [USD]: "20" }), signal);
  expect(await till.heldCdps()).toEqual(["#1#"]);
});

test("of which nothing is signed is released, once or twice, with the answer lost or not", async () => {
  await till.reserve("#1#", { [USD]: "20" });
  till.server.loseNextAnswer();
  await till.store.release(holdOf("#1#", { [USD]: "20" }), signal);
  await till.store.release(holdOf("#1#", { [USD]: "20" }), signal);
  expect(await till.store.read(signal)).toEqual(NOTHING);
});

test("what is free is the balance less what others hold, and never less than nothing", async () => {
  const funds = { ...asked("#1#", {}).funds, balances: amounts({ [USD]: "1000", [XRD]: "100" }) };
  await till.reserve("#1#", { [USD]: "30", [XRD]: "10" }, { funds });
  await till.reserve("#2#", { [USD]: "45" }, { funds });
  const balances = amounts({ [USD]: "50", [XRD]: "100" });
  const books = await till.store.read(signal);
  expect(freeAmounts(balances, books, "#1#")).toEqual(amounts({ [USD]: "5", [XRD]: "100" }));
  expect(freeAmounts(balances, books, "#3#")).toEqual(amounts({ [USD]: "0", [XRD]: "90" }));
  expect(hourlyFees(books, HOUR)).toEqual({ paidXrd: 0n, heldXrd: parseDecimal("20") as Decimal });
});

test("on books that cannot be read nothing is promised", async () => {
  await till.server.dynamo.send(
    new PutItemCommand({
      TableName: till.server.table,
      Item: { pk: { S: "TREASURY#3" }, sk: { S: "STATE" }, "hold#3": { M: {} } },
    }),
  );
  await expect(till.reserve("#1#", { [XRD]: "10" })).rejects.toMatchObject({
    code: "treasury_unreadable",
    disposition: "retry",
    message: "TREASURY#3 hold#3 of the state table cannot be read: repair or remove it",
  });
});

test("an aborted call ends with the abort", async () => {
  await expect(till.store.read(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});
