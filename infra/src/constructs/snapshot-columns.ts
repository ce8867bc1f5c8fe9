import type { Column } from "./column.ts";

const amount = "decimal(38,18)";
const list = (fields: Readonly<Record<string, string>>) =>
  `array<struct<${Object.entries(fields)
    .map(([name, type]) => `${name}:${type}`)
    .join(",")}>>`;

const TYPES = {
  cdp_id: "string",
  run_id: "string",
  batch_index: "bigint",
  state_version: "bigint",
  ledger_time_ms: "bigint",
  minted_at_seconds: "bigint",
  updated_at_seconds: "bigint",
  verdict: "string",
  reason: "string",
  value_source: "string",
  loan_value_xrd: amount,
  adjusted_loan_value_xrd: amount,
  collateral_value_xrd: amount,
  liquidation_collateral_value_xrd: amount,
  liquidation_ltv: amount,
  liquidation_ltv_text: "string",
  confirmed_liquidation_ltv: amount,
  confirmed_liquidation_ltv_text: "string",
  loans: list({ resource: "string", units: amount, amount, value_xrd: amount }),
  collaterals: list({
    resource: "string",
    amount,
    value_xrd: amount,
    entry_version: "bigint",
    efficiency_mode: "string",
  }),
};

/** Of a snapshot as the indexer writes it (`encodeSnapshot` in packages/store), in its order; a test holds them together. */
export const SNAPSHOT_COLUMNS: readonly Column[] = Object.entries(TYPES).map(([name, type]) => ({
  name,
  type,
}));
