import { describe, expect, it } from "vitest";
import {
  emptyRecord,
  head,
  healthOf,
  healthy,
  lastFinal,
  over,
  ready,
  setUp,
  signed,
} from "../test/scripted-work.ts";

describe("workPosition", () => {
  it("commits again and again while the CDP stays over the line, and then just ends", async () => {
    const { work, events } = setUp({
      judgements: [over, over, healthy],
      preparations: [ready, ready],
      finals: ["liquidated", "liquidated"],
    });
    await work();
    expect(events).toEqual([
      ...["executor taken", "judge", "prepare 4", "reserve 4", "submit 4", "executor free"],
      "finish 4 liquidated",
      ...["executor taken from the back", "judge", "prepare 5", "reserve 5", "submit 5"],
      ...["executor free", "finish 5 liquidated"],
      ...["executor taken from the back", "judge", "executor free"],
    ]);
  });

  it("a healed CDP is a cheap ending with its numbers", async () => {
    const { work, settled } = setUp({ judgements: [healthy] });
    await work();
    expect(settled).toMatchObject([
      {
        ending: "stale",
        attempt: 4,
        observedStateVersion: 1_000n,
        transaction: null,
        detail: "liquidation_ltv 0.9, loans 144 XRD, collateral 150 XRD",
      },
    ]);
  });

  it.each([
    ["bad_debt", { kind: "bad_debt", head, health: healthOf("9") }],
    ["stale", { kind: "gone", head, detail: "there is no such CDP" }],
  ] as const)("%s is an ending, and nothing is planned", async (ending, judgement) => {
    const { work, settled, events } = setUp({ judgements: [judgement] });
    await work();
    expect(settled.map((s) => s.ending)).toEqual([ending]);
    expect(events.some((event) => event.startsWith("prepare"))).toBe(false);
  });

  it.each(["unprofitable", "dry_run"] as const)(
    "%s ends before anything is signed",
    async (kind) => {
      const { work, events } = setUp({
        judgements: [over],
        preparations: [{ kind, detail: "the numbers" }],
      });
      await work();
      expect(events).toContain(`settle 4 ${kind}`);
      expect(events.some((event) => event.startsWith("submit"))).toBe(false);
    },
  );

  it.each([
    ["outcompeted", healthy],
    ["outcompeted", { kind: "gone", head, detail: "the CDP is burned" }],
    ["bad_debt", { kind: "bad_debt", head, health: healthOf("9") }],
    ["rejected", over],
  ] as const)(
    "a failed preview is %s by what the CDP is now, not by the error's text",
    async (ending, again) => {
      const { work, settled } = setUp({
        judgements: [over, again],
        preparations: [{ kind: "preview_failed", detail: "some text" }],
      });
      await work();
      expect(settled.map((s) => s.ending)).toEqual([ending]);
    },
  );

  it("plans once more from what is left when the funds have just gone to others", async () => {
    const { work, events } = setUp({
      judgements: [over, over, healthy],
      preparations: [ready, ready],
      fundings: [{ kind: "short", detail: "5 too few" }],
      finals: ["liquidated"],
    });
    await work();
    expect(events.slice(0, 8)).toEqual([
      ...["executor taken", "judge", "prepare 4", "short 4"],
      ...["judge", "prepare 4", "reserve 4", "submit 4"],
    ]);
  });

  it("signs nothing without funds: the candidate waits, through no fault of its own", async () => {
    const detail = "5 of resource_sim1debt too few";
    const short = { kind: "short", detail } as const;
    const { work, events, settled } = setUp({
      judgements: [over, over],
      preparations: [ready, ready],
      fundings: [short, short],
    });
    await expect(work()).rejects.toMatchObject({
      code: "funds_promised",
      disposition: "retry",
      message: "5 of resource_sim1debt too few",
    });
    expect(events.some((event) => event.startsWith("submit"))).toBe(false);
    expect(settled).toEqual([]);
  });

  it("a transaction that failed on ledger ends the attempt without another one", async () => {
    const { work, events } = setUp({
      judgements: [over],
      preparations: [ready],
      finals: ["failed_on_ledger"],
    });
    await work();
    expect(events.at(-1)).toBe("finish 4 failed_on_ledger");
  });

  it("an unfinal attempt is finished first, and only then is the CDP judged", async () => {
    const { work, events } = setUp({ judgements: [healthy], finals: ["liquidated"] });
    await work({ record: { ...emptyRecord, unfinal: signed } });
    expect(events).toEqual([
      "finish 4 liquidated",
      "executor taken from the back",
      "judge",
      "executor free",
    ]);
  });

  it("after another worker's attempt the CDP may need one more, under the next number", async () => {
    const { work, events } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated", "liquidated"],
    });
    await work({ record: { ...emptyRecord, unfinal: signed } });
    expect(events.filter((event) => event.startsWith("finish"))).toEqual([
      "finish 4 liquidated",
      "finish 5 liquidated",
    ]);
  });

  it("another run's attempt answers only for its own candidate: a CDP that is healthy now is stale", async () => {
    const { work, events } = setUp({ judgements: [healthy], finals: ["liquidated"] });
    await work({
      record: { ...emptyRecord, unfinal: { ...signed, runId: "20261120T215000Z" } },
    });
    expect(events).toContain("settle 5 stale");
  });

  it("believes no head older than the candidate, the last ending and its own last commit", async () => {
    const { work, knownVersions } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("liquidated", 902n) } });
    expect(knownVersions).toEqual([902n, 1_004n]);
    const first = setUp({ judgements: [healthy] });
    await first.work();
    expect(first.knownVersions).toEqual([900n]);
  });
});
