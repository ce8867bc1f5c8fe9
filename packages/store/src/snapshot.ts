import { ByteWriter, parquetWrite, type SchemaElement } from "hyparquet-writer";

/** One CDP as a batch saw it. Amounts are decimal text, in whole units or XRD, up to 18 digits after the point. */
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
  readonly loanValueXrd: string | null;
  readonly adjustedLoanValueXrd: string | null;
  readonly collateralValueXrd: string | null;
  readonly liquidationCollateralValueXrd: string | null;
  readonly liquidationLtv: string | null;
  /** What the ledger itself said, when it was asked. */
  readonly confirmedLiquidationLtv: string | null;
  readonly loans: readonly SnapshotLoan[];
  readonly collaterals: readonly SnapshotCollateral[];
}

export interface SnapshotLoan {
  readonly resource: string;
  readonly units: string;
  readonly amount: string | null;
  readonly valueXrd: string | null;
}

export interface SnapshotCollateral {
  readonly resource: string;
  readonly amount: string;
  readonly valueXrd: string | null;
  readonly entryVersion: bigint;
  readonly efficiencyMode: string;
}

const SCALE = 18;
const PRECISION = 38;
const LIMIT = 10n ** BigInt(PRECISION);

/** 38 digits in two's complement take 16 bytes. */
const decimal = (name: string): SchemaElement => ({
  name,
  type: "FIXED_LEN_BYTE_ARRAY",
  type_length: 16,
  converted_type: "DECIMAL",
  precision: PRECISION,
  scale: SCALE,
  repetition_type: "OPTIONAL",
});
const text = (name: string, nullable?: "nullable"): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  repetition_type: nullable === undefined ? "REQUIRED" : "OPTIONAL",
});
const whole = (name: string, nullable?: "nullable"): SchemaElement => ({
  name,
  type: "INT64",
  repetition_type: nullable === undefined ? "REQUIRED" : "OPTIONAL",
});
/** LIST<STRUCT> in the three levels that the Parquet format asks for. */
const list = (name: string, fields: readonly SchemaElement[]): SchemaElement[] => [
  { name, converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", repetition_type: "REQUIRED", num_children: fields.length },
  ...fields,
];

interface Column {
  readonly schema: readonly SchemaElement[];
  readonly read: (row: SnapshotRow) => unknown;
}

const COLUMNS: readonly Column[] = [
  { schema: [text("cdp_id")], read: (row) => row.cdpId },
  { schema: [text("run_id")], read: (row) => row.runId },
  { schema: [whole("batch_index")], read: (row) => BigInt(row.batchIndex) },
  { schema: [whole("state_version")], read: (row) => row.stateVersion },
  { schema: [whole("ledger_time_ms")], read: (row) => BigInt(row.ledgerTimeMs) },
  { schema: [whole("minted_at_seconds", "nullable")], read: (row) => row.mintedAtSeconds },
  { schema: [whole("updated_at_seconds", "nullable")], read: (row) => row.updatedAtSeconds },
  { schema: [text("verdict")], read: (row) => row.verdict },
  { schema: [text("reason", "nullable")], read: (row) => row.reason },
  { schema: [text("value_source", "nullable")], read: (row) => row.valueSource },
  { schema: [decimal("loan_value_xrd")], read: (row) => unscaled(row.loanValueXrd) },
  {
    schema: [decimal("adjusted_loan_value_xrd")],
    read: (row) => unscaled(row.adjustedLoanValueXrd),
  },
  { schema: [decimal("collateral_value_xrd")], read: (row) => unscaled(row.collateralValueXrd) },
  {
    schema: [decimal("liquidation_collateral_value_xrd")],
    read: (row) => unscaled(row.liquidationCollateralValueXrd),
  },
  { schema: [decimal("liquidation_ltv")], read: (row) => unscaled(row.liquidationLtv) },
  {
    schema: [text("liquidation_ltv_text", "nullable")],
    read: (row) => textOfBoundless(row.liquidationLtv),
  },
  {
    schema: [decimal("confirmed_liquidation_ltv")],
    read: (row) => unscaled(row.confirmedLiquidationLtv),
  },
  {
    schema: [text("confirmed_liquidation_ltv_text", "nullable")],
    read: (row) => textOfBoundless(row.confirmedLiquidationLtv),
  },
  {
    schema: list("loans", [
      text("resource"),
      decimal("units"),
      decimal("amount"),
      decimal("value_xrd"),
    ]),
    read: (row) => row.loans.map(toLoan),
  },
  {
    schema: list("collaterals", [
      text("resource"),
      decimal("amount"),
      decimal("value_xrd"),
      whole("entry_version"),
      text("efficiency_mode"),
    ]),
    read: (row) => row.collaterals.map(toCollateral),
  },
];

const toLoan = ({ resource, units, amount, valueXrd }: SnapshotLoan) => ({
  resource,
  units: unscaled(units),
  amount: unscaled(amount),
  value_xrd: unscaled(valueXrd),
});

const toCollateral = (collateral: SnapshotCollateral) => ({
  resource: collateral.resource,
  amount: unscaled(collateral.amount),
  value_xrd: unscaled(collateral.valueXrd),
  entry_version: collateral.entryVersion,
  efficiency_mode: collateral.efficiencyMode,
});

/**
 * A batch as a Parquet file: snake_case columns, amounts as DECIMAL(38,18), loans and collaterals as lists of structs.
 * The same rows and metadata give the same bytes, whatever the order of the metadata.
 *
 * A decimal beyond 38 digits is null: no reader takes more. Of a ratio, which is boundless for a CDP without collateral
 * value, the column of the same name with `_text` then has the exact text; so only what nobody asked for is null in both.
 *
 * @throws {RangeError} when an amount is not decimal text with up to 18 digits after the point
 */
export function encodeSnapshot(
  rows: readonly SnapshotRow[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const writer = new ByteWriter();
  // Written to memory, so it is complete on return.
  void parquetWrite({
    writer,
    schema: [
      { name: "snapshot", num_children: COLUMNS.length },
      ...COLUMNS.flatMap(({ schema }) => schema),
    ],
    columnData: COLUMNS.map(({ schema, read }) => ({
      name: schema[0]?.name ?? "",
      data: rows.map(read),
    })),
    kvMetadata: Object.entries(metadata)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value })),
    createdBy: "weft",
  });
  return writer.getBytes();
}

/** The text of a ratio that does not fit its number column. */
function textOfBoundless(ratio: string | null): string | null {
  return unscaled(ratio) === null ? ratio : null;
}

/** Decimal text as an integer of 18 decimal places; null when absent or beyond 38 digits. Never rounds. */
function unscaled(amount: string | null): bigint | null {
  if (amount === null) return null;
  const parts = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(amount);
  if (parts === null) {
    throw new RangeError(`not decimal text with up to ${SCALE} digits after the point: ${amount}`);
  }
  const [, sign = "", integer = "", fraction = ""] = parts;
  const magnitude = BigInt(integer + fraction.padEnd(SCALE, "0"));
  if (magnitude >= LIMIT) return null;
  return sign === "-" ? -magnitude : magnitude;
}
