import { type Decimal, formatDecimal } from "@weft/protocol";
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";

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

const SCALE = 18;
const PRECISION = 38;
const LIMIT = 10n ** BigInt(PRECISION);

/** 38 digits in two's complement take 16 bytes. */
const DECIMAL_BYTES = 16;
const BLOCK_BYTES = 1_024 * DECIMAL_BYTES;

const decimal = (name: string): SchemaElement => ({
  name,
  type: "FIXED_LEN_BYTE_ARRAY",
  type_length: DECIMAL_BYTES,
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
  readonly read: (row: SnapshotRow, bytesOf: DecimalEncoder) => unknown;
}

/** 18 decimal places as the integer in 16 bytes, big-endian; null when absent or beyond 38 digits. Never rounds. */
type DecimalEncoder = (amount: Decimal | null) => Uint8Array | null;

/** The library compares bytes without their sign: bounds of decimals would hide rows from whoever believes them. */
const hasBounds = ({ schema }: Column) =>
  schema.every(({ type }) => type !== "FIXED_LEN_BYTE_ARRAY");

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
  { schema: [decimal("loan_value_xrd")], read: (row, bytesOf) => bytesOf(row.loanValueXrd) },
  {
    schema: [decimal("adjusted_loan_value_xrd")],
    read: (row, bytesOf) => bytesOf(row.adjustedLoanValueXrd),
  },
  {
    schema: [decimal("collateral_value_xrd")],
    read: (row, bytesOf) => bytesOf(row.collateralValueXrd),
  },
  {
    schema: [decimal("liquidation_collateral_value_xrd")],
    read: (row, bytesOf) => bytesOf(row.liquidationCollateralValueXrd),
  },
  { schema: [decimal("liquidation_ltv")], read: (row, bytesOf) => bytesOf(row.liquidationLtv) },
  {
    schema: [text("liquidation_ltv_text", "nullable")],
    read: (row) => textOfBoundless(row.liquidationLtv),
  },
  {
    schema: [decimal("confirmed_liquidation_ltv")],
    read: (row, bytesOf) => bytesOf(row.confirmedLiquidationLtv),
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
    read: (row, bytesOf) => row.loans.map((loan) => toLoan(loan, bytesOf)),
  },
  {
    schema: list("collaterals", [
      text("resource"),
      decimal("amount"),
      decimal("value_xrd"),
      whole("entry_version"),
      text("efficiency_mode"),
    ]),
    read: (row, bytesOf) => row.collaterals.map((one) => toCollateral(one, bytesOf)),
  },
];

const SCHEMA: SchemaElement[] = [
  { name: "snapshot", num_children: COLUMNS.length },
  ...COLUMNS.flatMap(({ schema }) => schema),
];

/** Decimals as the plain bytes that they are by then: told their type, the library makes them itself, eight times slower. */
const WRITTEN_SCHEMA = SCHEMA.map((element) => {
  if (element.converted_type !== "DECIMAL") return element;
  const { converted_type: _, ...bytes } = element;
  return bytes;
});

const toLoan = ({ resource, units, amount, valueXrd }: SnapshotLoan, bytesOf: DecimalEncoder) => ({
  resource,
  units: bytesOf(units),
  amount: bytesOf(amount),
  value_xrd: bytesOf(valueXrd),
});

const toCollateral = (collateral: SnapshotCollateral, bytesOf: DecimalEncoder) => ({
  resource: collateral.resource,
  amount: bytesOf(collateral.amount),
  value_xrd: bytesOf(collateral.valueXrd),
  entry_version: collateral.entryVersion,
  efficiency_mode: collateral.efficiencyMode,
});

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
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: WRITTEN_SCHEMA,
    kvMetadata: Object.entries(metadata)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value })),
    createdBy: "weft",
  });
  const bytesOf = createDecimalEncoder();
  // Written to memory, so both are complete on return.
  void parquet.write({
    columnData: COLUMNS.map((column) => ({
      name: column.schema[0]?.name ?? "",
      data: rows.map((row) => column.read(row, bytesOf)),
      // Snappy finds what repeats; looking for it twice costs as much as all the rest.
      encoding: "PLAIN",
      statistics: hasBounds(column),
    })),
  });
  parquet.schema = SCHEMA;
  void parquet.finish();
  return writer.getBytes();
}

/** The text of a ratio that does not fit its number column. */
function textOfBoundless(ratio: Decimal | null): string | null {
  return ratio === null || fits(ratio) ? null : formatDecimal(ratio);
}

/** The bytes lie side by side in blocks: an allocation of its own for each would take longer than the rest. */
function createDecimalEncoder(): DecimalEncoder {
  let block = new DataView(new ArrayBuffer(BLOCK_BYTES));
  let used = 0;
  return (amount) => {
    if (amount === null || !fits(amount)) return null;
    if (used === BLOCK_BYTES) {
      block = new DataView(new ArrayBuffer(BLOCK_BYTES));
      used = 0;
    }
    block.setBigInt64(used, amount >> 64n);
    // Takes the lower 64 bits.
    block.setBigUint64(used + 8, amount);
    used += DECIMAL_BYTES;
    return new Uint8Array(block.buffer, used - DECIMAL_BYTES, DECIMAL_BYTES);
  };
}

function fits(amount: Decimal): boolean {
  return amount < LIMIT && amount > -LIMIT;
}
