import type { CdpRead, LedgerHealth } from "@weft/ledger";
import type { BatchSummary, Candidate } from "@weft/messages";
import { parseDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import {
  batch,
  believedPrices,
  ledgerHealth,
  nftCdp,
  suspectPrices,
  xrdCdp,
  xrdMarket,
} from "../test/builders.ts";
import type { CdpFinding } from "./cdp-finding.ts";
import { type BatchDelivery, type ScanBatchDeps, scanBatch } from "./scan-batch.ts";

const { signal } = new AbortController();
const nowMs = Date.parse("2026-11-20T21:55:03Z");

const book = new Map<string, CdpRead>([
  ["#1#", { kind: "live", cdp: xrdCdp("#1#", "40", "100") }],
  ["#2#", { kind: "live", cdp: xrdCdp("#2#", "84", "100") }],
  ["#3#", { kind: "burned" }],
  ["#4#", { kind: "undecodable", reason: "no loans" }],
  ["#5#", { kind: "live", cdp: nftCdp("#5#", "5") }],
  ["#6#", { kind: "live", cdp: xrdCdp("#6#", "800", "900") }],
  ["#7#", { kind: "live", cdp: xrdCdp("#7#", "50", "0.5") }],
]);
const ledgerBook = new Map<string, LedgerHealth>([
  ["#2#", ledgerHealth("84", "100", "1.05")],
  ["#6#", ledgerHealth("800", "900", "1.11")],
]);

/** A world in which everything works, except that the ledger cannot value #5#; `steps` tells what became visible. */
function createWorld(change: Partial<ScanBatchDeps> = {}) {
  const steps: string[] = [];
  const sent: Candidate[] = [];
  const summaries: BatchSummary[] = [];
  const snapshots: (readonly CdpFinding[])[] = [];
  const screenings: unknown[] = [];
  const controls: unknown[] = [];
  const deps: ScanBatchDeps = {
    isSuperseded: () => Promise.resolve(false),
    readMarket: () => Promise.resolve(xrdMarket()),
    withStakingUnits: (market) => Promise.resolve(market),
    judgePrices: () => Promise.resolve(believedPrices),
    readCdps: () => Promise.resolve(book),
    readHead: () =>
      Promise.resolve({
        stateVersion: 912n,
        epoch: 100,
        round: 7,
        timestampMs: Date.parse("2026-11-20T21:55:01Z"),
      }),
    ledgerNowMs: () => Promise.resolve(nowMs),
    valueCdps: (ids) =>
      Promise.resolve(
        new Map(ids.map((id) => [id, ledgerBook.get(id) ?? { unreadable: "no price" }])),
      ),
    sendCandidates: (candidates) => {
      steps.push("candidates");
      sent.push(...candidates);
      return Promise.resolve();
    },
    putSnapshot: (_batch, findings) => {
      steps.push("snapshot");
      snapshots.push(findings);
      return Promise.resolve();
    },
    readSummary: () => Promise.resolve(undefined),
    putSummary: (summary) => {
      steps.push("summary");
      summaries.push(summary);
      return Promise.resolve();
    },
    observeControl: (event) => controls.push(event),
    observeHeadAge: () => undefined,
    observeScreening: (counts) => screenings.push(counts),
    wallMs: () => nowMs,
    lines: { confirmFrom: parseDecimal("0.95"), badDebtCollateralXrd: parseDecimal("1") },
    confirmGroupSize: 10,
    candidateTtlSeconds: 600,
    maxHeadAgeSeconds: 120,
    ...change,
  };
  return { deps, steps, sent, summaries, snapshots, screenings, controls };
}

describe("scanBatch", () => {
  it("costs a CDP that cannot be read or confirmed nobody but itself", async () => {
    const world = createWorld();
    const { kind, summary } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(kind).toBe("scanned");
    expect(summary).toMatchObject({
      expected: 7,
      scanned: 4,
      skipped: { burned: 1, unknown: 0, superseded: 0 },
      failed: { undecodable: 1, unconfirmed: 1 },
      verdicts: { no_debt: 0, healthy: 1, liquidatable: 2, bad_debt: 1, unverified: 0 },
      candidates: 2,
    });
    expect(world.sent.map(({ cdpId }) => cdpId)).toEqual(["#6#", "#2#"]);
    expect(world.screenings).toEqual([{ assessed: 5, suspects: 3 }]);
  });

  it("accounts for what depends on a suspect price, and asks the ledger nothing about it", async () => {
    const world = createWorld({
      judgePrices: () => Promise.resolve(suspectPrices("resource_sim1xrd")),
      readHead: () => Promise.reject(new Error("not to be asked")),
    });
    const { summary } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(summary).toMatchObject({
      expected: 7,
      scanned: 5,
      skipped: { burned: 1 },
      failed: { undecodable: 1, unconfirmed: 0 },
      verdicts: { healthy: 0, liquidatable: 0, bad_debt: 0, unverified: 5 },
      candidates: 0,
      loanValueXrd: "0",
    });
    expect(world.sent).toEqual([]);
  });

  it("sends no candidate that the ledger confirmed with a suspect price", async () => {
    const { findSuspectAtTip } = suspectPrices("resource_sim1xrd");
    const prices = { ...believedPrices, findSuspectAtTip };
    const world = createWorld({ judgePrices: () => Promise.resolve(prices) });
    const { summary } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(summary).toMatchObject({ scanned: 4, candidates: 0, verdicts: { unverified: 2 } });
    expect(world.sent).toEqual([]);
    const [findings = []] = world.snapshots;
    expect(findings.filter(({ kind }) => kind === "unverified")).toMatchObject([
      { id: "#2#", detail: expect.stringContaining("at the tip: suspect price: outside_band") },
      { id: "#6#" },
    ]);
  });

  it("asks the ledger about one CDP that nothing speaks against too, and takes its word if that is over the line", async () => {
    const ledger = new Map([...ledgerBook, ["#1#", ledgerHealth("40", "100", "1.2")]]);
    const valueCdps: ScanBatchDeps["valueCdps"] = (ids) =>
      Promise.resolve(new Map(ids.map((id) => [id, ledger.get(id) ?? { unreadable: "no price" }])));
    const world = createWorld({ valueCdps });
    const { summary } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(world.controls).toMatchObject([{ end: "deviates", id: "#1#" }]);
    expect(world.sent.map(({ cdpId }) => cdpId)).toEqual(["#6#", "#2#", "#1#"]);
    expect(summary).toMatchObject({ scanned: 4, verdicts: { healthy: 0, liquidatable: 3 } });
  });

  it("leaves a healthy CDP as it was screened when the ledger does not answer about it", async () => {
    const world = createWorld();
    const { summary } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(world.controls).toEqual([{ end: "unanswered", id: "#1#", detail: "no price" }]);
    expect(summary).toMatchObject({ scanned: 4, verdicts: { healthy: 1 } });
  });

  it("writes the summary last, and a row for every id in its order", async () => {
    const world = createWorld();
    await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(world.steps).toEqual(["candidates", "snapshot", "summary"]);
    expect(world.snapshots[0]?.map(({ id }) => id)).toEqual([...book.keys()]);
  });

  it("reads the head only when there is something to confirm", async () => {
    const readHead = () => Promise.reject(new Error("not to be asked"));
    const calm = new Map<string, CdpRead>([["#1#", { kind: "burned" }]]);
    const world = createWorld({ readHead, readCdps: () => Promise.resolve(calm) });
    const { summary } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(summary.skipped).toEqual({ burned: 1, unknown: 6, superseded: 0 });
  });

  it.each([
    ["too old", 912n, "2026-11-20T21:53:02Z", "stale_head"],
    ["behind what the batch was read at", 899n, "2026-11-20T21:55:01Z", "head_behind_batch"],
  ])("confirms nothing at a head that is %s", async (_title, stateVersion, time, code) => {
    const head = { stateVersion, epoch: 100, round: 7, timestampMs: Date.parse(time) };
    const world = createWorld({ readHead: () => Promise.resolve(head) });
    await expect(scanBatch({ batch, receiveCount: 1 }, world.deps, signal)).rejects.toMatchObject({
      code,
    });
    expect(world.steps).toEqual([]);
  });

  it("reads nothing of a superseded run, and says so", async () => {
    const readCdps = () => Promise.reject(new Error("not to be asked"));
    const world = createWorld({ isSuperseded: () => Promise.resolve(true), readCdps });
    const { kind } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
    expect(kind).toBe("superseded");
    expect(world.summaries).toMatchObject([
      { expected: 7, skipped: { burned: 0, unknown: 0, superseded: 7 } },
    ]);
  });

  describe("a batch that has its books", () => {
    const deliveries: readonly [string, BatchDelivery, boolean][] = [
      ["delivered again", { batch, receiveCount: 2 }, false],
      ["delivered again, and superseded since", { batch, receiveCount: 2 }, true],
      ["delivered for the first time, and superseded since", { batch, receiveCount: 1 }, true],
      ["of a run dispatched again", { batch: { ...batch, again: true }, receiveCount: 1 }, false],
    ];

    it.each(deliveries)("is left alone when it is %s", async (_how, delivery, superseded) => {
      const first = await scanBatch({ batch, receiveCount: 1 }, createWorld().deps, signal);
      const notToBeAsked = () => Promise.reject(new Error("not to be asked"));
      const world = createWorld({
        readSummary: () => Promise.resolve(first.summary),
        isSuperseded: () => Promise.resolve(superseded),
        readMarket: notToBeAsked,
        readCdps: notToBeAsked,
      });
      const { kind, summary } = await scanBatch(delivery, world.deps, signal);
      expect(kind).toBe("repeated");
      expect(summary).toBe(first.summary);
      expect(world.steps).toEqual([]);
    });

    it("is not looked for at a first delivery", async () => {
      const readSummary = () => Promise.reject(new Error("not to be asked"));
      const world = createWorld({ readSummary });
      const { kind } = await scanBatch({ batch, receiveCount: 1 }, world.deps, signal);
      expect(kind).toBe("scanned");
    });
  });

  it("writes no books when the ledger cannot be asked", async () => {
    const outage = new AppError("gateway_unavailable", "502", { disposition: "retry" });
    const world = createWorld({ valueCdps: () => Promise.reject(outage) });
    await expect(scanBatch({ batch, receiveCount: 1 }, world.deps, signal)).rejects.toBe(outage);
    expect(world.steps).toEqual([]);
  });
});
