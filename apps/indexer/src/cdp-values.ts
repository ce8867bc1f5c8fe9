import type { Decimal } from "@weft/protocol";
import type { CdpFinding } from "./cdp-finding.ts";

/** What a CDP owes and holds, XRD. */
export interface CdpValues {
  /** Whose word it is: our own at the pinned state, or, where only the ledger can tell, the ledger's at its tip. */
  readonly source: "computed" | "ledger";
  readonly loanValue: Decimal;
  readonly adjustedLoanValue: Decimal;
  readonly collateralValue: Decimal;
  readonly liquidationCollateralValue: Decimal;
  readonly liquidationLtv: Decimal;
  /** Positions that were valued; the ledger tells what an NFT stands for beside them. */
  readonly loans: readonly ValuedPosition[];
  readonly collaterals: readonly ValuedPosition[];
}

interface ValuedPosition {
  readonly resource: string;
  readonly amount: Decimal;
  readonly value: Decimal;
}

/** The values of a CDP; undefined when nobody could tell, or what they rest on is not believed. Summary and snapshot have the same. */
export function valuesOf(finding: CdpFinding): CdpValues | undefined {
  if (finding.kind !== "scanned" && finding.kind !== "unconfirmed") return undefined;
  const { health } = finding;
  // Not spread: a sweep does this twice for each CDP.
  if (health.kind === "valued") {
    return {
      source: "computed",
      loanValue: health.loanValue,
      adjustedLoanValue: health.adjustedLoanValue,
      collateralValue: health.collateralValue,
      liquidationCollateralValue: health.liquidationCollateralValue,
      liquidationLtv: health.liquidationLtv,
      loans: health.loans,
      collaterals: health.collaterals,
    };
  }
  if (finding.kind !== "scanned" || finding.confirmed === null) return undefined;
  return {
    source: "ledger",
    ...finding.confirmed,
    collaterals: finding.confirmed.collaterals.filter(({ isFromNft }) => !isFromNft),
  };
}
