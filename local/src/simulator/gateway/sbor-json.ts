import type { SborNode } from "../ledger/types.ts";
import { encodeSbor } from "./sbor-encoder.ts";

/** `{raw_hex, programmatic_json}` as state endpoints show a value. */
export function sborValue(node: SborNode): Record<string, unknown> {
  return { raw_hex: encodeSbor(node), programmatic_json: node };
}

/** `{hex, programmatic_json}` as the Core API shows a value: it knows no schema, so there are no names. */
export function coreSborData(node: SborNode): Record<string, unknown> {
  const bare = withoutNames(node);
  return { hex: encodeSbor(bare), programmatic_json: bare };
}

const NAMES: ReadonlySet<string> = new Set([
  "type_name",
  "field_name",
  "variant_name",
  "key_type_name",
  "value_type_name",
  "element_type_name",
]);

function withoutNames(node: SborNode): SborNode {
  return JSON.parse(JSON.stringify(node, (key, value) => (NAMES.has(key) ? undefined : value)));
}
