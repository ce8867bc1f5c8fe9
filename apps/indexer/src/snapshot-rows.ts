import type { IndexBatch } from "@weft/messages";
import {
  type Cdp,
  type CollateralPosition,
  type Decimal,
  formatDecimal,
  type Health,
} from "@weft/protocol";
import type { SnapshotRow } from "@weft/store";
import type { CdpFinding } from "./cdp-finding.ts";

type Positions = Pick<
  SnapshotRow,
  "mintedAtSeconds" | "updatedAtSeconds" | "loans" | "collaterals"
>;
type Values = Pick<
  SnapshotRow,
  | "loanValueXrd"
  | "adjustedLoanValueXrd"
  | "collateralValueXrd"
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
  loanValueXrd: null,
  adjustedLoanValueXrd: null,
  collateralValueXrd: null,
  liquidationCollateralValueXrd: null,
  liquidationLtv: null,
};

/** One row per id of the batch, those that were skipped or failed included: the rows add up to what was expected. */
export function toSnapshotRow(finding: CdpFinding, batch: IndexBatch): SnapshotRow {
  const { kind, id } = finding;
  const read = kind === "scanned" || kind === "unconfirmed";
  const confirmed = kind === "scanned" ? finding.confirmed : null;
  return {
    cdpId: id,
    runId: batch.runId,
    batchIndex: batch.batchIndex,
    stateVersion: BigInt(batch.stateVersion),
    ledgerTimeMs: Date.parse(batch.ledgerTime),
    verdict: kind === "scanned" ? finding.verdict : kind,
    reason: reasonOf(finding),
    ...(read ? positionsOf(finding.cdp, finding.health) : NO_POSITIONS),
    ...(read ? valuesOf(finding.health) : NO_VALUES),
    confirmedLiquidationLtv: confirmed === null ? null : formatDecimal(confirmed.liquidationLtv),
  };
}

function reasonOf(finding: CdpFinding): string | null {
  switch (finding.kind) {
    case "skipped":
      return finding.reason;
    case "undecodable":
    case "unconfirmed":
      return finding.detail;
    case "scanned":
      return finding.health.kind === "unvaluable"
        ? `${finding.health.reason} ${finding.health.resource}`
        : null;
  }
}

function valuesOf(health: Health): Values {
  if (health.kind !== "valued") return NO_VALUES;
  return {
    loanValueXrd: formatDecimal(health.loanValue),
    adjustedLoanValueXrd: formatDecimal(health.adjustedLoanValue),
    collateralValueXrd: formatDecimal(health.collateralValue),
    liquidationCollateralValueXrd: formatDecimal(health.liquidationCollateralValue),
    liquidationLtv: formatDecimal(health.liquidationLtv),
  };
}

/** Both maps and a valued health list the positions in the order of the CDP. */
function positionsOf(cdp: Cdp, health: Health): Positions {
  const valued = health.kind === "valued" ? health : undefined;
  return {
    mintedAtSeconds: cdp.mintedAtSeconds,
    updatedAtSeconds: cdp.updatedAtSeconds,
    loans: [...cdp.loans].map(([resource, { units }], index) => ({
      resource,
      units: formatDecimal(units),
      amount: formatOrNull(valued?.loans[index]?.amount),
      valueXrd: formatOrNull(valued?.loans[index]?.value),
    })),
    collaterals: [...cdp.collaterals].map(([resource, position], index) => ({
      resource,
      amount: formatDecimal(position.amount),
      valueXrd: formatOrNull(valued?.collaterals[index]?.value),
      entryVersion: position.entryVersion,
      efficiencyMode: efficiencyModeOf(position),
    })),
  };
}

function efficiencyModeOf({ efficiencyMode: mode }: CollateralPosition): string {
  return mode.kind === "group" ? `group ${mode.groupId}` : mode.kind;
}

const formatOrNull = (value: Decimal | undefined) =>
  value === undefined ? null : formatDecimal(value);
