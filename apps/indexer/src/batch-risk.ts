import type { BatchSummary } from "@weft/messages";
import { cappedDecimal, type Decimal, formatDecimal, parseDecimal } from "@weft/protocol";
import type { CdpFinding } from "./cdp-finding.ts";

/** Within a tenth of the line: what an ordinary fall of prices between two runs takes over it. */
const NEAR_THE_LINE = parseDecimal("0.9");

/** What of a batch may soon have to be liquidated: how early the next run wants to look at it again. */
export function riskOf(findings: readonly CdpFinding[]): BatchSummary["risk"] {
  let atRisk = 0n;
  let highest: Decimal | undefined;
  for (const finding of findings) {
    const owing = owingOf(finding);
    if (owing === undefined) continue;
    const { loanValue, liquidationLtv } = owing;
    if (liquidationLtv === undefined || liquidationLtv >= NEAR_THE_LINE) atRisk += loanValue;
    if (liquidationLtv !== undefined && !(highest !== undefined && highest >= liquidationLtv)) {
      highest = liquidationLtv;
    }
  }
  return {
    atRiskXrd: formatDecimal(cappedDecimal(atRisk)),
    highestLtv: highest === undefined ? null : formatDecimal(highest),
  };
}

/** What a CDP owes and how near it is to the line; undefined when it owes nothing that anybody could collect. */
function owingOf(
  finding: CdpFinding,
): { readonly loanValue: bigint; readonly liquidationLtv: Decimal | undefined } | undefined {
  if (finding.kind === "skipped" || finding.kind === "undecodable") return undefined;
  const { health } = finding;
  const valued = health.kind === "valued" ? health : undefined;
  // Somebody had a reason to doubt it, and nobody could dispel that.
  if (finding.kind !== "scanned") {
    return { loanValue: valued?.loanValue ?? 0n, liquidationLtv: undefined };
  }
  if (finding.verdict === "no_debt" || finding.verdict === "bad_debt") return undefined;
  return finding.confirmed ?? valued ?? { loanValue: 0n, liquidationLtv: undefined };
}
