import type { IndexBatch } from "@weft/messages";
import type { Cdp, CollateralPosition } from "@weft/protocol";
import type { SnapshotCollateral, SnapshotLoan, SnapshotRow } from "@weft/store";
import type { CdpFinding } from "./cdp-finding.ts";
import { type CdpValues, valuesOf } from "./cdp-values.ts";

const NO_VALUES = {
  source: null,
  loanValue: null,
  adjustedLoanValue: null,
  collateralValue: null,
  liquidationCollateralValue: null,
  liquidationLtv: null,
  loans: [],
  collaterals: [],
};

/** One row per id of the batch, those that were skipped or failed included: the rows add up to what was expected. */
export function toSnapshotRows(
  findings: readonly CdpFinding[],
  { runId, batchIndex, stateVersion, ledgerTime }: IndexBatch,
): SnapshotRow[] {
  const pinned = {
    ...{ runId, batchIndex },
    stateVersion: BigInt(stateVersion),
    ledgerTimeMs: Date.parse(ledgerTime),
  };
  return findings.map((finding) => toSnapshotRow(finding, pinned));
}

type Pinned = Pick<SnapshotRow, "runId" | "batchIndex" | "stateVersion" | "ledgerTimeMs">;

/** Each field by itself: copied from object to object, rows cost twice as much. */
function toSnapshotRow(finding: CdpFinding, pinned: Pinned): SnapshotRow {
  const { kind, id } = finding;
  const values = valuesOf(finding) ?? NO_VALUES;
  const cdp = "cdp" in finding ? finding.cdp : null;
  return {
    runId: pinned.runId,
    batchIndex: pinned.batchIndex,
    stateVersion: pinned.stateVersion,
    ledgerTimeMs: pinned.ledgerTimeMs,
    cdpId: id,
    verdict: kind === "scanned" ? finding.verdict : kind,
    reason: reasonOf(finding),
    mintedAtSeconds: cdp?.mintedAtSeconds ?? null,
    updatedAtSeconds: cdp?.updatedAtSeconds ?? null,
    loans: cdp === null ? [] : loansOf(cdp, values.loans),
    collaterals: cdp === null ? [] : collateralsOf(cdp, values.collaterals),
    valueSource: values.source,
    loanValueXrd: values.loanValue,
    adjustedLoanValueXrd: values.adjustedLoanValue,
    collateralValueXrd: values.collateralValue,
    liquidationCollateralValueXrd: values.liquidationCollateralValue,
    liquidationLtv: values.liquidationLtv,
    confirmedLiquidationLtv:
      kind === "scanned" ? (finding.confirmed?.liquidationLtv ?? null) : null,
  };
}

function reasonOf(finding: CdpFinding): string | null {
  switch (finding.kind) {
    case "skipped":
      return finding.reason;
    case "undecodable":
    case "unconfirmed":
    case "unverified":
      return finding.detail;
    case "scanned":
      return finding.health.kind === "unvaluable"
        ? `${finding.health.reason} ${finding.health.resource}`
        : null;
  }
}

function loansOf(cdp: Cdp, values: CdpValues["loans"]): SnapshotLoan[] {
  return Array.from(cdp.loans, ([resource, { units }]) => {
    const valued = valuedOf(resource, values);
    return { resource, units, amount: valued?.amount ?? null, valueXrd: valued?.value ?? null };
  });
}

function collateralsOf(cdp: Cdp, values: CdpValues["collaterals"]): SnapshotCollateral[] {
  return Array.from(cdp.collaterals, ([resource, position]) => ({
    resource,
    amount: position.amount,
    valueXrd: valuedOf(resource, values)?.value ?? null,
    entryVersion: position.entryVersion,
    efficiencyMode: efficiencyModeOf(position),
  }));
}

/** A CDP has a handful of positions: looking through them is quicker than making a map. */
function valuedOf(resource: string, positions: CdpValues["loans"]) {
  return positions.find((one) => one.resource === resource);
}

function efficiencyModeOf({ efficiencyMode: mode }: CollateralPosition): string {
  return mode.kind === "group" ? `group ${mode.groupId}` : mode.kind;
}
