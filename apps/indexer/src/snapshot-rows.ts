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
export function toSnapshotRow(finding: CdpFinding, batch: IndexBatch): SnapshotRow {
  const { kind, id } = finding;
  const values = valuesOf(finding);
  const confirmed = kind === "scanned" ? finding.confirmed : null;
  return {
    cdpId: id,
    runId: batch.runId,
    batchIndex: batch.batchIndex,
    stateVersion: BigInt(batch.stateVersion),
    ledgerTimeMs: Date.parse(batch.ledgerTime),
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
  const loans = new Map(values?.loans.map((loan) => [loan.resource, loan]));
  const collaterals = new Map(values?.collaterals.map((one) => [one.resource, one]));
  return {
    mintedAtSeconds: cdp.mintedAtSeconds,
    updatedAtSeconds: cdp.updatedAtSeconds,
    loans: [...cdp.loans].map(([resource, { units }]) => ({
      resource,
      units,
      amount: loans.get(resource)?.amount ?? null,
      valueXrd: loans.get(resource)?.value ?? null,
    })),
    collaterals: [...cdp.collaterals].map(([resource, position]) => ({
      resource,
      amount: position.amount,
      valueXrd: collaterals.get(resource)?.value ?? null,
      entryVersion: position.entryVersion,
      efficiencyMode: efficiencyModeOf(position),
    })),
  };
}

function efficiencyModeOf({ efficiencyMode: mode }: CollateralPosition): string {
  return mode.kind === "group" ? `group ${mode.groupId}` : mode.kind;
}
