import { assessHealth, parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { ledgerHealth, nftCdp, xrdCdp, xrdMarket } from "../test/builders.ts";
import { riskOf } from "./batch-risk.ts";
import type { CdpFinding } from "./cdp-finding.ts";

/** A CDP with collateral good for 80, so that its ratio is its loan / 80. */
const scanned = (loan: string, verdict: "healthy" | "liquidatable" = "healthy") => {
  const cdp = xrdCdp("#1#", loan, "100");
  const health = assessHealth(cdp, xrdMarket());
  return { kind: "scanned", id: "#1#", verdict, cdp, health, confirmed: null } as const;
};

describe("riskOf", () => {
  it.each([
    ["71.999999999999999999", "0", "0.899999999999999999"],
    ["72", "72", "0.9"],
  ])("counts what is owed within a tenth of the line: %s", (loan, atRiskXrd, highestLtv) => {
    expect(riskOf([scanned(loan)])).toEqual({ atRiskXrd, highestLtv });
  });

  it("adds up what is near and over the line, and keeps the highest ratio", () => {
    const findings = [scanned("76"), scanned("84", "liquidatable"), scanned("8")];
    expect(riskOf(findings)).toEqual({ atRiskXrd: "160", highestLtv: "1.05" });
  });

  it("believes the ledger rather than ourselves", () => {
    const confirmed = ledgerHealth("85", "100", "0.5");
    expect(riskOf([{ ...scanned("84"), confirmed }])).toEqual({
      atRiskXrd: "0",
      highestLtv: "0.5",
    });
  });

  it("counts a CDP that the ledger did not judge, at no known ratio", () => {
    const { cdp, health } = scanned("8");
    const finding: CdpFinding = { kind: "unconfirmed", id: "#1#", detail: "no price", cdp, health };
    expect(riskOf([finding])).toEqual({ atRiskXrd: "8", highestLtv: null });
  });

  it("makes nothing of what owes nothing, cannot be collected or was not read", () => {
    const { cdp, health } = scanned("800");
    const bad = { kind: "scanned", id: "#1#", verdict: "bad_debt", cdp, health } as const;
    const nft = nftCdp("#2#", "5");
    const findings: CdpFinding[] = [
      { ...bad, confirmed: null },
      { ...bad, verdict: "no_debt", health: { kind: "no_debt" }, confirmed: null },
      { kind: "skipped", id: "#3#", reason: "burned" },
      { kind: "undecodable", id: "#4#", detail: "no loans" },
    ];
    expect(riskOf(findings)).toEqual({ atRiskXrd: "0", highestLtv: null });
    const unvalued = assessHealth(nft, xrdMarket());
    const unknown = { ...bad, cdp: nft, health: unvalued, confirmed: null } as const;
    expect(riskOf([{ ...unknown, verdict: "healthy" }]).highestLtv).toBeNull();
  });

  it("keeps its books however absurd a value is", () => {
    const most = parseDecimal("3138550867693340381917894711603833208051.177722232017256447");
    const absurd = { ...ledgerHealth("1", "1", "2"), loanValue: most };
    const finding = { ...scanned("84", "liquidatable"), confirmed: absurd };
    expect(riskOf([finding, finding]).atRiskXrd).toBe(
      "3138550867693340381917894711603833208051.177722232017256447",
    );
  });
});
