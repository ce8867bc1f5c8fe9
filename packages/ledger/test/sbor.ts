import type { SborNode } from "../src/sbor/node.ts";

/** Hand-made programmatic SBOR JSON: values without names, as preview output has them. */
type Text = (value: string) => SborNode;
export const decimal: Text = (value) => ({ kind: "Decimal", value });
export const precise: Text = (value) => ({ kind: "PreciseDecimal", value });
export const reference: Text = (value) => ({ kind: "Reference", value });
export const own: Text = (value) => ({ kind: "Own", value });
export const localId: Text = (value) => ({ kind: "NonFungibleLocalId", value });
export const text: Text = (value) => ({ kind: "String", value });
export const u8: Text = (value) => ({ kind: "U8", value });
export const u16: Text = (value) => ({ kind: "U16", value });
export const u64: Text = (value) => ({ kind: "U64", value });
export const i64: Text = (value) => ({ kind: "I64", value });
export const bool = (value: boolean): SborNode => ({ kind: "Bool", value });
export const bytes = (hex: string): SborNode => ({ kind: "Bytes", hex });
export const array = (...elements: SborNode[]): SborNode => ({ kind: "Array", elements });
export const tuple = (...fields: SborNode[]): SborNode => ({ kind: "Tuple", fields });
export const variant = (id: number, ...fields: SborNode[]): SborNode => ({
  kind: "Enum",
  variant_id: String(id),
  fields,
});
export const none = variant(0);
export const some = (value: SborNode): SborNode => variant(1, value);
export const map = (...entries: [SborNode, SborNode][]): SborNode => ({
  kind: "Map",
  entries: entries.map(([key, value]) => ({ key, value })),
});

/** A struct with names, as state and events have it. */
export const struct = (fields: Readonly<Record<string, SborNode>>): SborNode => ({
  kind: "Tuple",
  fields: Object.entries(fields).map(([field_name, node]) => ({ ...node, field_name })),
});
