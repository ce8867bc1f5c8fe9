import { type Decimal, formatDecimal } from "@weft/protocol";
import { type Field, flatColumn, listColumns } from "./parquet/column.ts";
import { DECIMAL_PRECISION, encodeParquet } from "./parquet/encode-parquet.ts";

/** One CDP as a batch saw it. Amounts are in whole units of the asset, values in XRD. */
export interface SnapshotRow {
  readonly cdpId: string;
  readonly runId: string;
  readonly batchIndex: number;
  readonly stateVersion: bigint;
  /** Milliseconds since 1970. */
  readonly ledgerTimeMs: number;
  readonly mintedAtSeconds: bigint | null;
  readonly updatedAtSeconds: bigint | null;
  readonly verdict: string;
  readonly reason: string | null;
  /** Whose word the values are: `computed` at the pinned state, `ledger` at its tip; null when there are none. */
  readonly valueSource: string | null;
  readonly loanValueXrd: Decimal | null;
  readonly adjustedLoanValueXrd: Decimal | null;
  readonly collateralValueXrd: Decimal | null;
  readonly liquidationCollateralValueXrd: Decimal | null;
  readonly liquidationLtv: Decimal | null;
  /** What the ledger itself said, when it was asked. */
  readonly confirmedLiquidationLtv: Decimal | null;
  readonly loans: readonly SnapshotLoan[];
  readonly collaterals: readonly SnapshotCollateral[];
}

export interface SnapshotLoan {
  readonly resource: string;
  readonly units: Decimal;
  readonly amount: Decimal | null;
  readonly valueXrd: Decimal | null;
}

export interface SnapshotCollateral {
  readonly resource: string;
  readonly amount: Decimal;
  readonly valueXrd: Decimal | null;
  readonly entryVersion: bigint;
  readonly efficiencyMode: string;
}

const LIMIT = 10n ** BigInt(DECIMAL_PRECISION);
const LOWER_LIMIT = -LIMIT;

/** Beyond 38 digits it is null. Never rounds. */
const decimal = <T>(name: string, read: (of: T) => Decimal | null): Field<T> => ({
  ...{ name, type: "decimal", nullable: true, repeats: false },
  read(of) {
    const amount = read(of);
    return amount === null || !fits(amount) ? null : amount;
  },
});
const text = <T>(name: string, read: (of: T) => string): Field<T> => ({
  ...{ name, type: "text", nullable: false, repeats: true, read },
});
const optionalText = <T>(name: string, read: (of: T) => string | null): Field<T> => ({
  ...{ name, type: "text", nullable: true, repeats: true, read },
});
const whole = <T>(name: string, read: (of: T) => bigint): Field<T> => ({
  ...{ name, type: "int64", nullable: false, repeats: true, read },
});
const seconds = <T>(name: string, read: (of: T) => bigint | null): Field<T> => ({
  ...{ name, type: "int64", nullable: true, repeats: false, read },
});

const ROW_FIELDS: readonly Field<SnapshotRow>[] = [
  { ...text("cdp_id", ({ cdpId }) => cdpId), repeats: false },
  text("run_id", ({ runId }) => runId),
  whole("batch_index", ({ batchIndex }) => BigInt(batchIndex)),
  whole("state_version", ({ stateVersion }) => stateVersion),
  whole("ledger_time_ms", ({ ledgerTimeMs }) => BigInt(ledgerTimeMs)),
  seconds("minted_at_seconds", ({ mintedAtSeconds }) => mintedAtSeconds),
  seconds("updated_at_seconds", ({ updatedAtSeconds }) => updatedAtSeconds),
  text("verdict", ({ verdict }) => verdict),
  optionalText("reason", ({ reason }) => reason),
  optionalText("value_source", ({ valueSource }) => valueSource),
  decimal("loan_value_xrd", ({ loanValueXrd }) => loanValueXrd),
  decimal("adjusted_loan_value_xrd", ({ adjustedLoanValueXrd }) => adjustedLoanValueXrd),
  decimal("collateral_value_xrd", ({ collateralValueXrd }) => collateralValueXrd),
  decimal("liquidation_collateral_value_xrd", (row) => row.liquidationCollateralValueXrd),
  decimal("liquidation_ltv", ({ liquidationLtv }) => liquidationLtv),
  optionalText("liquidation_ltv_text", ({ liquidationLtv }) => textOfBoundless(liquidationLtv)),
  decimal("confirmed_liquidation_ltv", ({ confirmedLiquidationLtv }) => confirmedLiquidationLtv),
  optionalText("confirmed_liquidation_ltv_text", ({ confirmedLiquidationLtv }) =>
    textOfBoundless(confirmedLiquidationLtv),
  ),
];

const LOAN_FIELDS: readonly Field<SnapshotLoan>[] = [
  text("resource", ({ resource }) => resource),
  decimal("units", ({ units }) => units),
  decimal("amount", ({ amount }) => amount),
  decimal("value_xrd", ({ valueXrd }) => valueXrd),
];

const COLLATERAL_FIELDS: readonly Field<SnapshotCollateral>[] = [
  text("resource", ({ resource }) => resource),
  decimal("amount", ({ amount }) => amount),
  decimal("value_xrd", ({ valueXrd }) => valueXrd),
  whole("entry_version", ({ entryVersion }) => entryVersion),
  text("efficiency_mode", ({ efficiencyMode }) => efficiencyMode),
];

const COLUMNS = [
  ...ROW_FIELDS.map((field) => flatColumn(field)),
  ...listColumns("loans", ({ loans }: SnapshotRow) => loans, LOAN_FIELDS),
  ...listColumns("collaterals", ({ collaterals }: SnapshotRow) => collaterals, COLLATERAL_FIELDS),
];

/**
 * A batch as a Parquet file: snake_case columns, amounts as DECIMAL(38,18), loans and collaterals as lists of structs.
 * The same rows and metadata give the same bytes, whatever the order of the metadata.
 *
 * A decimal beyond 38 digits is null: no reader takes more. Of a ratio, which is boundless for a CDP without collateral
 * value, the column of the same name with `_text` then has the exact text; so only what nobody asked for is null in both.
 */
export function encodeSnapshot(
  rows: readonly SnapshotRow[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return encodeParquet(rows, COLUMNS, sorted);
}

/** The text of a ratio that does not fit its number column. */
function textOfBoundless(ratio: Decimal | null): string | null {
  return ratio === null || fits(ratio) ? null : formatDecimal(ratio);
}

function fits(amount: Decimal): boolean {
  return amount < LIMIT && amount > LOWER_LIMIT;
}
