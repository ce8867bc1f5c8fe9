import type { IndexBatch } from "@weft/messages";
import type { Cdp, CollateralPosition } from "@weft/protocol";
import type { SnapshotRow } from "@weft/store";
import type { CdpFinding } from "./cdp-finding.ts";
import { type CdpValues, valuesOf } from "./cdp-values.ts";

type Positions = Pick<
  SnapshotRow,
  "mintedAtSeconds" | "updatedAtSeconds" | "loans" | "collaterals"
>;
type Values = Pick<
  SnapshotRow,
  | "loanValueXrd"
  | "adjustedLoanValueXrd"
  | "collateralValueXrd"
  | "valueSource"
  | "liquidationCollateralValueXrd"
  | "liquidationLtv"
>;

const NO_POSITIONS: Positions = {
  mintedAtSeconds: null,
  updatedAtSeconds: null,
  loans: [],
  collaterals: [],
};
const NO_VALUES: Values = {
  valueSource: null,
  loanValueXrd: null,
  adjustedLoanValueXrd: null,
  collateralValueXrd: null,
  liquidationCollateralValueXrd: null,
  liquidationLtv: null,
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

function toSnapshotRow(finding: CdpFinding, pinned: Pinned): SnapshotRow {
  const { kind, id } = finding;
  const values = valuesOf(finding);
  const confirmed = kind === "scanned" ? finding.confirmed : null;
  return {
    ...pinned,
    cdpId: id,
    verdict: kind === "scanned" ? finding.verdict : kind,
    reason: reasonOf(finding),
    ...("cdp" in finding ? positionsOf(finding.cdp, values) : NO_POSITIONS),
    ...(values === undefined ? NO_VALUES : toValues(values)),
    confirmedLiquidationLtv: confirmed?.liquidationLtv ?? null,
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

function toValues(values: CdpValues): Values {
  return {
    valueSource: values.source,
    loanValueXrd: values.loanValue,
    adjustedLoanValueXrd: values.adjustedLoanValue,
    collateralValueXrd: values.collateralValue,
    liquidationCollateralValueXrd: values.liquidationCollateralValue,
    liquidationLtv: values.liquidationLtv,
  };
}

function positionsOf(cdp: Cdp, values: CdpValues | undefined): Positions {
  return {
    mintedAtSeconds: cdp.mintedAtSeconds,
    updatedAtSeconds: cdp.updatedAtSeconds,
    loans: Array.from(cdp.loans, ([resource, { units }]) => {
      const valued = valuedOf(resource, values?.loans);
      return { resource, units, amount: valued?.amount ?? null, valueXrd: valued?.value ?? null };
    }),
    collaterals: Array.from(cdp.collaterals, ([resource, position]) => ({
      resource,
      amount: position.amount,
      valueXrd: valuedOf(resource, values?.collaterals)?.value ?? null,
      entryVersion: position.entryVersion,
      efficiencyMode: efficiencyModeOf(position),
    })),
  };
}

/** A CDP has a handful of positions: looking through them is quicker than making a map. */
function valuedOf(resource: string, positions: CdpValues["loans"] | undefined) {
  return positions?.find((one) => one.resource === resource);
}

function efficiencyModeOf({ efficiencyMode: mode }: CollateralPosition): string {
  return mode.kind === "group" ? `group ${mode.groupId}` : mode.kind;
}
