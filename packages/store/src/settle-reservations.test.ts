import { parseDecimal } from "@weft/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  amounts,
  asked,
  HOUR,
  NOTHING,
  NOW,
  openTill,
  type Till,
  USD,
  XRD,
} from "./testing/till.ts";

const { signal } = new AbortController();
let till: Till;

beforeAll(async () => {
  till = await openTill();
});

beforeEach(() => till.empty());

afterAll(() => till.server.close());

describe("settling", () => {
  test("a commit counts its fee once, however often it is told", async () => {
    await till.reserve("#1#", { [USD]: "20", [XRD]: "10" });
    await till.settle("#1#");
    await till.settle("#1#");
    expect(await till.store.read(signal)).toEqual({
      holds: [],
      left: amounts({ [USD]: "20", [XRD]: "10" }),
      settledVersion: 1_005n,
      feesXrd: new Map([[HOUR, parseDecimal("0.4")]]),
    });
  });

  test("a commit counts its fee once when the answer is lost", async () => {
    await till.reserve("#1#", { [XRD]: "10" });
    till.server.loseNextAnswer();
    await till.settle("#1#");
    expect((await till.store.read(signal)).feesXrd).toEqual(new Map([[HOUR, parseDecimal("0.4")]]));
  });

  test("whoever knows the hold settles it with one write, and need not read it", async () => {
    await till.reserve("#1#", { [USD]: "20", [XRD]: "10" });
    const [hold] = (await till.store.read(signal)).holds;
    till.server.commands.length = 0;
    const commit = { feeXrd: parseDecimal("0.4"), stateVersion: 1_005n };
    await till.store.settle({ cdpId: "#1#", attempt: 0, commit, nowMs: NOW, hold }, signal);
    expect(till.server.commands).toEqual(["UpdateItemCommand"]);
    expect(await till.store.read(signal)).toEqual({
      holds: [],
      left: amounts({ [USD]: "20", [XRD]: "10" }),
      settledVersion: 1_005n,
      feesXrd: new Map([[HOUR, parseDecimal("0.4")]]),
    });
  });

  test("a hold that has been made anew meanwhile is settled as it is, and not as it was known", async () => {
    await till.reserve("#1#", { [USD]: "20" });
    const [hold] = (await till.store.read(signal)).holds;
    await till.reserve("#1#", { [USD]: "5" }, { fence: 2 });
    const commit = { feeXrd: parseDecimal("0.4"), stateVersion: 1_005n };
    await till.store.settle({ cdpId: "#1#", attempt: 0, commit, nowMs: NOW, hold }, signal);
    expect((await till.store.read(signal)).left).toEqual(amounts({ [USD]: "5" }));
  });

  test("what never came onto the ledger costs nothing", async () => {
    await till.reserve("#1#", { [XRD]: "10" });
    await till.store.settle({ cdpId: "#1#", attempt: 0, commit: null, nowMs: NOW }, signal);
    expect(await till.store.read(signal)).toEqual(NOTHING);
  });

  test("an end told late says nothing of the attempt that follows", async () => {
    await till.reserve("#1#", { [XRD]: "10" }, { attempt: 1, fence: 2 });
    await till.settle("#1#", 0);
    expect(await till.heldCdps()).toEqual(["#1#"]);
  });

  test("twenty commits of one shard at once are all counted, and the newest is known", async () => {
    const cdps = Array.from({ length: 20 }, (_, n) => `#${n * 8}#`);
    const funds = { ...asked("#1#", {}).funds, balances: amounts({ [XRD]: "1000" }) };
    for (const cdpId of cdps) await till.reserve(cdpId, { [XRD]: "10" }, { funds });
    await Promise.all(cdps.map((cdpId, n) => till.settle(cdpId, 0, "0.25", BigInt(1_020 - n))));
    expect(await till.store.read(signal)).toEqual({
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
    await till.reserve("#1#", { [USD]: "30" });
    await till.settle("#1#");
    expect(await till.reserve("#2#", { [USD]: "21" }, { funds })).toEqual({
      kind: "short",
      resource: USD,
      missing: parseDecimal("1"),
    });
    expect(await till.reserve("#2#", { [USD]: "20" }, { funds })).toEqual({ kind: "reserved" });
  });

  test.each([
    [1_004n, "head_behind"],
    [1_005n, "reserved"],
  ])(
    "at state version %s, with a commit at 1005 settled in the books before it, is %s",
    async (stateVersion, end) => {
      await till.reserve("#1#", { [USD]: "30" });
      await till.settle("#1#");
      const booksBefore = await till.store.read(signal);
      const funds = { balances: amounts({ [USD]: "20" }), stateVersion, booksBefore };
      const ended = await till.reserve("#2#", { [USD]: "20" }, { funds }).then(
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
    await till.reserve("#1#", { [XRD]: "10" });
    await till.settle("#1#", 0, "0.5");
    await till.reserve("#2#", { [XRD]: "10" });
    expect(await till.reserve("#3#", { [XRD]: "10" }, under("20.499999999999999999"))).toEqual({
      kind: "ceiling_hit",
      paidXrd: parseDecimal("0.5"),
      heldXrd: parseDecimal("20"),
      hourEndsAtMs: Date.parse("2026-11-20T23:00:00Z"),
    });
    expect(await till.heldCdps()).toEqual(["#2#"]);
    expect(await till.reserve("#3#", { [XRD]: "10" }, under("20.5"))).toEqual({ kind: "reserved" });
  });

  test("the next hour begins with what is under way", async () => {
    await till.reserve("#1#", { [XRD]: "10" });
    await till.settle("#1#", 0, "5");
    const later = Date.parse("2026-11-20T23:00:00Z");
    expect(await till.reserve("#2#", { [XRD]: "10" }, under("10", later - 1))).toMatchObject({
      kind: "ceiling_hit",
    });
    expect(await till.reserve("#2#", { [XRD]: "10" }, under("10", later))).toEqual({
      kind: "reserved",
    });
  });

  test("hours past are forgotten; this one, the last, and one that another pod counts in already are not", async () => {
    for (const [cdpId, hoursAgo] of [
      ["#1#", 2],
      ["#2#", 1],
      ["#9#", 0],
      ["#4#", -1],
    ] as const) {
      await till.reserve(cdpId, { [XRD]: "10" });
      await till.settle(cdpId, 0, "1", 1_005n, NOW - hoursAgo * 3_600_000);
    }
    await till.store.forgetOldHours(NOW, signal);
    const { feesXrd } = await till.store.read(signal);
    expect([...feesXrd.keys()].sort()).toEqual([HOUR - 1, HOUR, HOUR + 1]);
  });
});
