import type { CdpRead } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { believedPrices, nftCdp, suspectPrices, xrdCdp, xrdMarket } from "../test/builders.ts";
import { screenCdps } from "./screen-cdps.ts";

const lines = { confirmFrom: parseDecimal("0.95"), badDebtCollateralXrd: parseDecimal("1") };
const live = (cdp: ReturnType<typeof xrdCdp>): CdpRead => ({ kind: "live", cdp });

function screenOne(read: CdpRead | undefined, prices = believedPrices) {
  const reads = new Map(read === undefined ? [] : [["#1#", read]]);
  return screenCdps(["#1#"], reads, xrdMarket(), prices, lines)[0];
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

  const ETH = "resource_sim1eth";
  const UNIT = "resource_sim1w2eth";
  const position = { entryVersion: 1n, efficiencyMode: { kind: "none" } } as const;
  const some = parseDecimal("1");
  it.each([
    [
      "owes",
      {
        ...xrdCdp("#1#", "81", "100"),
        loans: new Map([[ETH, { units: some, configVersion: 1n }]]),
      },
    ],
    [
      "holds",
      { ...xrdCdp("#1#", "1", "1"), collaterals: new Map([[ETH, { amount: some, ...position }]]) },
    ],
    [
      "holds a deposit unit of",
      { ...xrdCdp("#1#", "1", "1"), collaterals: new Map([[UNIT, { amount: some, ...position }]]) },
    ],
    [
      "owes, and holds an NFT besides",
      { ...nftCdp("#1#", "1"), loans: new Map([[ETH, { units: some, configVersion: 1n }]]) },
    ],
  ])("leaves a CDP unverified that %s an asset at a suspect price", (_title, cdp) => {
    const prices = suspectPrices(ETH, UNIT);
    expect(screenOne(live(cdp), prices)).toMatchObject({
      kind: "unverified",
      detail: "suspect price: outside_band of resource_sim1eth at 9 XRD against 3",
      health: { kind: "unvaluable", reason: "suspect_price" },
    });
  });

  it("needs no price to see that nothing is owed, nor that of what a CDP has nothing to do with", () => {
    const prices = suspectPrices(ETH, UNIT);
    const idle = {
      ...xrdCdp("#1#", "0", "1"),
      collaterals: new Map([[ETH, { amount: some, ...position }]]),
    };
    expect(screenOne(live(idle), prices)).toMatchObject({ verdict: "no_debt" });
    expect(screenOne(live(xrdCdp("#1#", "40", "100")), prices)).toMatchObject({
      verdict: "healthy",
    });
  });

  it("keeps the order of the ids", () => {
    const reads = new Map<string, CdpRead>([["#3#", { kind: "burned" }]]);
    const prices = believedPrices;
    const screened = screenCdps(["#3#", "#1#", "#2#"], reads, xrdMarket(), prices, lines);
    expect(screened.map(({ id }) => id)).toEqual(["#3#", "#1#", "#2#"]);
  });
});
