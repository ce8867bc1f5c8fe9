import type { LedgerHealth } from "@weft/ledger";
import { assessHealth, parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { batch, ledgerHealth, nftCdp, xrdCdp, xrdMarket } from "../test/builders.ts";
import type { CdpFinding } from "./cdp-finding.ts";
import { toSnapshotRows } from "./snapshot-rows.ts";

const toSnapshotRow = (finding: CdpFinding, of: typeof batch) => toSnapshotRows([finding], of)[0];

describe("toSnapshotRow", () => {
  it("tells everything of a CDP that was valued and confirmed", () => {
    const cdp = xrdCdp("#7#", "84", "100");
    const row = toSnapshotRow(
      {
        kind: "scanned",
        id: "#7#",
        verdict: "liquidatable",
        cdp,
        health: assessHealth(cdp, xrdMarket()),
        confirmed: ledgerHealth("84.1", "100", "1.06"),
      },
      batch,
    );
    expect(row).toEqual({
      cdpId: "#7#",
      runId: "20261120T215500Z",
      batchIndex: 3,
      stateVersion: 900n,
      ledgerTimeMs: 1_795_211_698_000,
      mintedAtSeconds: 1_735_689_600n,
      updatedAtSeconds: 1_753_399_809n,
      verdict: "liquidatable",
      reason: null,
      valueSource: "computed",
      loanValueXrd: parseDecimal("84"),
      adjustedLoanValueXrd: parseDecimal("84"),
      collateralValueXrd: parseDecimal("100"),
      liquidationCollateralValueXrd: parseDecimal("80"),
      liquidationLtv: parseDecimal("1.05"),
      confirmedLiquidationLtv: parseDecimal("1.06"),
      loans: [
        {
          resource: "resource_sim1xrd",
          units: parseDecimal("84"),
          amount: parseDecimal("84"),
          valueXrd: parseDecimal("84"),
        },
      ],
      collaterals: [
        {
          resource: "resource_sim1xrd",
          amount: parseDecimal("100"),
          valueXrd: parseDecimal("100"),
          entryVersion: 1n,
          efficiencyMode: "none",
        },
      ],
    });
  });

  it("takes the ledger's values of a CDP that only the ledger can value, and says so", () => {
    const cdp = { ...nftCdp("#7#", "84"), collaterals: xrdCdp("#7#", "0", "9").collaterals };
    const health = assessHealth(cdp, xrdMarket());
    const confirmed: LedgerHealth = {
      ...ledgerHealth("85", "100", "0.9"),
      loans: [
        {
          ...{
            resource: "resource_sim1xrd",
            units: parseDecimal("84"),
            amount: parseDecimal("85"),
          },
          ...{
            price: parseDecimal("1"),
            value: parseDecimal("85"),
            closeFactor: parseDecimal("0.5"),
          },
        },
      ],
      collaterals: [true, false].map((isFromNft) => ({
        ...{ resource: "resource_sim1xrd", amount: parseDecimal("9"), price: parseDecimal("1") },
        ...{ value: parseDecimal(isFromNft ? "91" : "9"), liquidationValue: parseDecimal("9") },
        ...{ bonusRate: parseDecimal("0"), resourceType: "token", underlying: null, isFromNft },
      })),
    };
    const row = toSnapshotRow(
      { kind: "scanned", id: "#7#", verdict: "healthy", cdp, health, confirmed },
      batch,
    );
    expect(row).toMatchObject({
      reason: "nft_collateral resource_sim1nft",
      valueSource: "ledger",
      loanValueXrd: parseDecimal("85"),
      collateralValueXrd: parseDecimal("100"),
      liquidationLtv: parseDecimal("0.9"),
      confirmedLiquidationLtv: parseDecimal("0.9"),
      loans: [
        { units: parseDecimal("84"), amount: parseDecimal("85"), valueXrd: parseDecimal("85") },
      ],
      collaterals: [{ amount: parseDecimal("9"), valueXrd: parseDecimal("9") }],
    });
  });

  it("has positions without values where nobody could tell", () => {
    const cdp = nftCdp("#7#", "84");
    const health = assessHealth(cdp, xrdMarket());
    const detail = "no price";
    const row = toSnapshotRow({ kind: "unconfirmed", id: "#7#", detail, cdp, health }, batch);
    expect(row).toMatchObject({
      reason: "no price",
      valueSource: null,
      loanValueXrd: null,
      liquidationLtv: null,
      loans: [{ units: parseDecimal("84"), amount: null, valueXrd: null }],
    });
  });

  it("says which price stands in the way of a verdict, and values nothing with it", () => {
    const row = toSnapshotRow(
      {
        kind: "unverified",
        id: "#7#",
        detail: "suspect price: zero of resource_sim1eth",
        cdp: xrdCdp("#7#", "84", "100"),
        health: { kind: "unvaluable", reason: "suspect_price", resource: "resource_sim1eth" },
      },
      batch,
    );
    expect(row).toMatchObject({
      verdict: "unverified",
      reason: "suspect price: zero of resource_sim1eth",
      loanValueXrd: null,
      confirmedLiquidationLtv: null,
      loans: [{ units: 84_000_000_000_000_000_000n, valueXrd: null }],
    });
  });

  it.each([
    [{ kind: "skipped", id: "#7#", reason: "burned" } as const, "skipped", "burned"],
    [{ kind: "undecodable", id: "#7#", detail: "no loans" } as const, "undecodable", "no loans"],
  ])("has a row for what was not scanned: %j", (finding, verdict, reason) => {
    expect(toSnapshotRow(finding, batch)).toMatchObject({
      cdpId: "#7#",
      verdict,
      reason,
      mintedAtSeconds: null,
      liquidationLtv: null,
      loans: [],
    });
  });
});
