import type { SborNode } from "./types.ts";

/** Builders of programmatic SBOR JSON, unnamed as a preview has it. */
export const decimal = (value: string): SborNode => ({ kind: "Decimal", value });
export const precise = (value: string): SborNode => ({ kind: "PreciseDecimal", value });
export const string = (value: string): SborNode => ({ kind: "String", value });
export const bool = (value: boolean): SborNode => ({ kind: "Bool", value });
export const u8 = (value: number): SborNode => ({ kind: "U8", value: String(value) });
export const u16 = (value: number): SborNode => ({ kind: "U16", value: String(value) });
export const u64 = (value: number): SborNode => ({ kind: "U64", value: String(value) });
export const reference = (value: string): SborNode => ({ kind: "Reference", value });
export const own = (value: string): SborNode => ({ kind: "Own", value });
export const localId = (value: string): SborNode => ({ kind: "NonFungibleLocalId", value });
export const bytes = (hex: string): SborNode => ({ kind: "Bytes", element_kind: "U8", hex });
export const instant = (seconds: number): SborNode => ({
  kind: "I64",
  type_name: "Instant",
  value: String(seconds),
});

export function tuple(...fields: SborNode[]): SborNode {
  return { kind: "Tuple", fields };
}

export function variant(id: number, ...fields: SborNode[]): SborNode {
  return { kind: "Enum", variant_id: String(id), fields };
}

export function option(value: SborNode | null): SborNode {
  return value === null ? variant(0) : variant(1, value);
}

export function array(elementKind: string, elements: readonly SborNode[]): SborNode {
  return { kind: "Array", element_kind: elementKind, elements };
}

export function map(
  keyKind: string,
  valueKind: string,
  entries: readonly { readonly key: SborNode; readonly value: SborNode }[],
): SborNode {
  return { kind: "Map", key_kind: keyKind, value_kind: valueKind, entries };
}

/** A struct as state shows it: the type has a name, and so has each field. */
export function struct(typeName: string, fields: Readonly<Record<string, SborNode>>): SborNode {
  return {
    kind: "Tuple",
    type_name: typeName,
    fields: Object.entries(fields).map(([name, node]) => ({ ...node, field_name: name })),
  };
}

/** A variant as state shows it. */
export function namedVariant(
  typeName: string,
  id: number,
  name: string,
  ...fields: SborNode[]
): SborNode {
  return { ...variant(id, ...fields), type_name: typeName, variant_name: name };
}

export function namedOption(value: SborNode | null): SborNode {
  return value === null
    ? namedVariant("Option", 0, "None")
    : namedVariant("Option", 1, "Some", value);
}

/** A resource address as state shows it. */
export function resource(address: string): SborNode {
  return { kind: "Reference", type_name: "ResourceAddress", value: address };
}
