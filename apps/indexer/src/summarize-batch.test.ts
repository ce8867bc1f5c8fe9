import { batchSummarySchema } from "@weft/messages";
import { assessHealth, DECIMAL_MAX, type Health } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { batch, ledgerHealth, nftCdp, xrdCdp, xrdMarket } from "../test/builders.ts";
import type { CdpFinding } from "./cdp-finding.ts";
import { summarizeBatch, summarizeSuperseded } from "./summarize-batch.ts";

const span = {
  startedAtMs: Date.parse("2026-11-20T21:55:01Z"),
  finishedAtMs: Date.parse("2026-11-20T21:55:03Z"),
};
const cdp = xrdCdp("#1#", "40", "100");
const nft = nftCdp("#2#", "5");
const health = assessHealth(cdp, xrdMarket());
const scanned = { kind: "scanned", id: "#1#", cdp, health, confirmed: null } as const;

const findings: readonly CdpFinding[] = [
  { ...scanned, verdict: "healthy" },
  { ...scanned, verdict: "liquidatable", confirmed: ledgerHealth("41", "100", "1.1") },
  {
    ...scanned,
    verdict: "healthy",
    cdp: nft,
    health: assessHealth(nft, xrdMarket()),
    confirmed: ledgerHealth("5", "10.5", "0.5"),
  },
  { ...scanned, verdict: "no_debt", health: { kind: "no_debt" } },
  { kind: "skipped", id: "#5#", reason: "burned" },
  { kind: "undecodable", id: "#6#", detail: "no loans" },
  { kind: "unconfirmed", id: "#7#", detail: "no price", cdp, health },
];

describe("summarizeBatch", () => {
  it("accounts for every id, and values what could be valued", () => {
    const summary = summarizeBatch(batch, findings, span);
    expect(batchSummarySchema.parse(summary)).toEqual({
      version: 1,
      runId: "20261120T215500Z",
      batchIndex: 3,
      stateVersion: "900",
      expected: 7,
      scanned: 4,
      skipped: { burned: 1, unknown: 0, superseded: 0 },
      failed: { undecodable: 1, unconfirmed: 1 },
      verdicts: { no_debt: 1, healthy: 2, liquidatable: 1, bad_debt: 0, unverified: 0 },
      candidates: 1,
      loanValueXrd: "125",
      collateralValueXrd: "310.5",
      risk: { atRiskXrd: "81", highestLtv: "1.1" },
      startedAt: "2026-11-20T21:55:01.000Z",
      finishedAt: "2026-11-20T21:55:03.000Z",
    });
  });

  it("does not add up when a CDP was lost on the way", () => {
    const summary = summarizeBatch(batch, findings.slice(1), span);
    expect(summary.expected).toBe(7);
    expect(batchSummarySchema.safeParse(summary).success).toBe(false);
  });

  it("keeps its books however absurd a value is", () => {
    const absurd = { ...health, loanValue: DECIMAL_MAX } as Health;
    const finding = { ...scanned, verdict: "healthy", health: absurd } as const;
    expect(summarizeBatch(batch, [finding, finding], span).loanValueXrd).toBe(
      "3138550867693340381917894711603833208051.177722232017256447",
    );
  });
});

describe("summarizeSuperseded", () => {
  it("skips every id of the batch", () => {
    expect(batchSummarySchema.parse(summarizeSuperseded(batch, span))).toMatchObject({
      expected: 7,
      scanned: 0,
      skipped: { burned: 0, unknown: 0, superseded: 7 },
    });
  });
});
