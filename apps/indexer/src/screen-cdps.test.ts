import type { CdpRead } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { nftCdp, xrdCdp, xrdMarket } from "../test/builders.ts";
import { screenCdps } from "./screen-cdps.ts";

const lines = { confirmFrom: parseDecimal("0.95"), badDebtCollateralXrd: parseDecimal("1") };
const live = (cdp: ReturnType<typeof xrdCdp>): CdpRead => ({ kind: "live", cdp });

function screenOne(read: CdpRead | undefined) {
  const reads = new Map(read === undefined ? [] : [["#1#", read]]);
  return screenCdps(["#1#"], reads, xrdMarket(), lines)[0];
}

describe("screenCdps", () => {
  it.each([
    ["nothing owed", live(xrdCdp("#1#", "0", "100")), { kind: "scanned", verdict: "no_debt" }],
    [
      "far from the line",
      live(xrdCdp("#1#", "40", "100")),
      { kind: "scanned", verdict: "healthy" },
    ],
    ["just below the margin", live(xrdCdp("#1#", "75.9", "100")), { verdict: "healthy" }],
    ["exactly at the margin", live(xrdCdp("#1#", "76", "100")), { kind: "suspect" }],
    ["over the line", live(xrdCdp("#1#", "81", "100")), { kind: "suspect" }],
    ["debt without collateral", live(xrdCdp("#1#", "50", "1")), { verdict: "bad_debt" }],
    ["NFT collateral", live(nftCdp("#1#", "50")), { kind: "suspect" }],
    ["a burned id", { kind: "burned" } as const, { kind: "skipped", reason: "burned" }],
    ["an id unknown to the ledger", { kind: "unknown" } as const, { reason: "unknown" }],
    ["an id the read left out", undefined, { kind: "skipped", reason: "unknown" }],
    [
      "data that does not decode",
      { kind: "undecodable", reason: "no loans" } as const,
      { kind: "undecodable", detail: "no loans" },
    ],
  ])("judges %s", (_title, read, finding) => {
    expect(screenOne(read)).toMatchObject({ id: "#1#", ...finding });
  });

  it("keeps the order of the ids", () => {
    const reads = new Map<string, CdpRead>([["#3#", { kind: "burned" }]]);
    const screened = screenCdps(["#3#", "#1#", "#2#"], reads, xrdMarket(), lines);
    expect(screened.map(({ id }) => id)).toEqual(["#3#", "#1#", "#2#"]);
  });
});
