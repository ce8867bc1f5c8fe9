import { AppError } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import {
  candidate,
  emptyRecord,
  healthy,
  lastFinal,
  over,
  ready,
  setUp,
  signed,
} from "../test/scripted-work.ts";

describe("a position that is not liquidated", () => {
  it("a candidate no newer than the last decision is superseded, without asking the ledger", async () => {
    const { work, events, settled } = setUp({});
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("stale", 900n) } });
    expect(events).toEqual(["settle 4 superseded"]);
    expect(settled[0]?.observedStateVersion).toBe(900n);
  });

  it("a candidate newer than the last decision by one state version is worked on", async () => {
    const { work, events } = setUp({ judgements: [healthy] });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("stale", 899n) } });
    expect(events).toContain("settle 4 stale");
  });

  it("a candidate that comes again after a worker died between two commits is worked on to its end", async () => {
    const { work, events } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("liquidated", 950n) } });
    expect(events).toContain("finish 4 liquidated");
  });

  it("an intent that the ledger never took up decided nothing, however late that was known", async () => {
    const { work, events } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("rejected", 990n) } });
    expect(events).toContain("finish 4 liquidated");
  });

  it("an expired candidate decides nothing for those that follow", async () => {
    const { work, settled } = setUp({ ledgerNow: "2026-11-20T22:05:00.001Z" });
    await work();
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("stale", 890n) } });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("liquidated", 890n) } });
    expect(settled.map((s) => s.observedStateVersion)).toEqual([0n, 890n, 0n]);
  });

  const unreadable = new AppError("cdp_unreadable", "get_cdp of #1006# failed: no price", {
    disposition: "retry",
  });

  it("a CDP that the ledger cannot value ends as rejected, for reasons of its own", async () => {
    const { work, settled } = setUp({ judgements: [unreadable] });
    await work();
    expect(settled).toMatchObject([
      {
        ending: "rejected",
        ownFailure: "cdp_unreadable",
        observedStateVersion: 900n,
        detail: "get_cdp of #1006# failed: no price",
      },
    ]);
  });

  it("any other failure of the judge is none of the CDP", async () => {
    const { work, settled } = setUp({ judgements: [new Error("no answer")] });
    await expect(work()).rejects.toThrow("no answer");
    expect(settled).toEqual([]);
  });

  it("a preview that fails while the CDP is still over the line is the CDP's own failure", async () => {
    const { work, settled } = setUp({
      judgements: [over, over, over, healthy],
      preparations: [
        { kind: "preview_failed", detail: "text" },
        { kind: "preview_failed", detail: "text" },
      ],
    });
    await work();
    await work();
    expect(settled.map(({ ending, ownFailure }) => [ending, ownFailure])).toEqual([
      ["rejected", "preview_failed"],
      ["outcompeted", null],
    ]);
  });

  const quarantine = {
    reason: "preview_failed",
    failures: 2,
    sinceMs: 0,
    untilMs: Date.parse("2026-11-20T22:00:00.001Z"),
    cdpFingerprint: candidate.cdpFingerprint,
  };

  it("a CDP in quarantine is left alone, without asking the ledger", async () => {
    const { work, events, settled } = setUp({});
    await work({ record: { ...emptyRecord, quarantine } });
    expect(events).toEqual(["settle 4 quarantined"]);
    expect(settled[0]?.detail).toBe(
      "preview_failed, 2 in a row; left alone until 2026-11-20T22:00:00.001Z",
    );
  });

  it.each([
    ["its time is over", { ...quarantine, untilMs: Date.parse("2026-11-20T22:00:00Z") }],
    ["the CDP has changed", { ...quarantine, cdpFingerprint: "ffffffffffffffff" }],
  ])("it is tried again once %s", async (_when, over) => {
    const { work, events } = setUp({ judgements: [healthy] });
    await work({ record: { ...emptyRecord, quarantine: over } });
    expect(events).toContain("settle 4 stale");
  });

  it.each([
    ["its own run's", signed.runId, ["finish 4 failed_on_ledger"]],
    ["another run's", "20261120T215000Z", ["finish 4 failed_on_ledger", "settle 5 quarantined"]],
  ])(
    "after an attempt of %s has failed on ledger none follows",
    async (_whose, runId, expected) => {
      const { work, events } = setUp({ finals: ["failed_on_ledger"] });
      await work({ record: { ...emptyRecord, unfinal: { ...signed, runId } } });
      expect(events).toEqual(expected);
    },
  );

  it("what such a failure was seen at is not forgotten by the ending that follows it", async () => {
    const { work, settled } = setUp({ finals: ["failed_on_ledger"] });
    await work({ record: { ...emptyRecord, unfinal: { ...signed, runId: "20261120T215000Z" } } });
    expect(settled.map((s) => s.observedStateVersion)).toEqual([1_004n]);
  });

  it("an expired candidate is superseded", async () => {
    const { work, events } = setUp({ ledgerNow: "2026-11-20T22:05:00.001Z" });
    await work();
    expect(events).toEqual(["settle 4 superseded"]);
  });

  it("begins no attempt once the process stops, and gives the message back", async () => {
    const { work, events } = setUp({ stopping: AbortSignal.abort() });
    await expect(work()).rejects.toMatchObject({ code: "stopping", disposition: "retry" });
    expect(events).toEqual([]);
  });

  it("begins no attempt when the stop came while it waited for an executor", async () => {
    const stop = new AbortController();
    const { work, events } = setUp({
      stopping: stop.signal,
      whileWaiting: () => stop.abort(),
      judgements: [over],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await expect(work()).rejects.toMatchObject({ code: "stopping", disposition: "retry" });
    expect(events).toEqual(["executor taken"]);
  });
});
