import {
  type Decimal,
  type PreciseDecimal,
  parseDecimal,
  parsePreciseDecimal,
} from "@weft/protocol";
import { asNode, describeNode, readAt, SborError, type SborNode, type SborReader } from "./node.ts";

const INTEGER_KINDS = new Set([
  "I8",
  "I16",
  "I32",
  "I64",
  "I128",
  "U8",
  "U16",
  "U32",
  "U64",
  "U128",
]);
const INTEGER = /^-?\d{1,39}$/;
const VARIANT = /^\d{1,3}$/;

/** A `Decimal`. */
export const readDecimal: SborReader<Decimal> = (node) =>
  parsed(textOf(node, "Decimal"), parseDecimal);

/** A `PreciseDecimal`. */
export const readPreciseDecimal: SborReader<PreciseDecimal> = (node) =>
  parsed(textOf(node, "PreciseDecimal"), parsePreciseDecimal);

/** An integer of any width. */
export const readInteger: SborReader<bigint> = (node) => {
  if (!INTEGER_KINDS.has(node.kind)) throw mismatch("an integer", node);
  const { value } = node;
  if (typeof value !== "string" || !INTEGER.test(value)) throw new SborError("not an integer");
  return BigInt(value);
};

/** An integer that a JavaScript number holds exactly: ids and counts of up to 32 bits. */
export const readSmallInteger: SborReader<number> = (node) => {
  const value = Number(readInteger(node));
  if (!Number.isSafeInteger(value)) throw new SborError("too large an integer");
  return value;
};

export const readBoolean: SborReader<boolean> = (node) => {
  if (node.kind !== "Bool" || typeof node.value !== "boolean") throw mismatch("Bool", node);
  return node.value;
};

/** The address of something global. */
export const readReference: SborReader<string> = (node) => textOf(node, "Reference");

/** The address of something inside a component: a vault or a key-value store. */
export const readOwn: SborReader<string> = (node) => textOf(node, "Own");

/** A non-fungible's local id as the ledger writes it, `#12#`. */
export const readLocalId: SborReader<string> = (node) => textOf(node, "NonFungibleLocalId");

/** Bytes as hexadecimal text. */
export const readBytesHex: SborReader<string> = (node) => {
  if (node.kind !== "Bytes" || typeof node.hex !== "string") throw mismatch("Bytes", node);
  return node.hex;
};

/** An `Option`: variant 0 is none, which becomes null. */
export function optionOf<T>(reader: SborReader<T>): SborReader<T | null> {
  return (node) => {
    const { variant, fields } = readVariant(node);
    if (variant === 0) return null;
    if (variant !== 1) throw new SborError("not an Option");
    return readVariantField(fields, reader);
  };
}

/** An `Array`. */
export function listOf<T>(reader: SborReader<T>): SborReader<T[]> {
  return (node) => {
    if (node.kind !== "Array" || !Array.isArray(node.elements)) throw mismatch("Array", node);
    return node.elements.map((element, index) => readAt(`[${index}]`, element, reader));
  };
}

/** A `Map`, in the ledger's order. Keys are text: addresses or local ids. */
export function mapOf<T>(
  keyReader: SborReader<string>,
  valueReader: SborReader<T>,
): SborReader<ReadonlyMap<string, T>> {
  // One for all: hardly a CDP holds NFTs, and a batch keeps what it has read.
  const empty: ReadonlyMap<string, T> = new Map();
  return (node) => {
    if (node.kind !== "Map" || !Array.isArray(node.entries)) throw mismatch("Map", node);
    if (node.entries.length === 0) return empty;
    const map = new Map<string, T>();
    for (const entry of node.entries as NonNullable<SborNode["entries"]>) {
      const key = readAt("(key)", entry?.key, keyReader);
      map.set(key, readAt(key, entry?.value, valueReader));
    }
    return map;
  };
}

/** An `Enum`: which variant, by number, since names are not always there. */
export function readVariant(node: SborNode): {
  readonly variant: number;
  readonly fields: readonly SborNode[];
} {
  if (node.kind !== "Enum" || !Array.isArray(node.fields)) throw mismatch("Enum", node);
  // Number() would take null and the empty text for variant 0.
  const id = String(node.variant_id);
  if (!VARIANT.test(id)) throw new SborError("an Enum without a variant");
  const variant = Number(id);
  return { variant, fields: node.fields };
}

/** The one field of an enum variant. */
export function readVariantField<T>(fields: readonly SborNode[], reader: SborReader<T>): T {
  return reader(asNode(fields[0]));
}

function textOf(node: SborNode, kind: string): string {
  const { value } = node;
  if (node.kind !== kind || typeof value !== "string") throw mismatch(kind, node);
  return value;
}

function parsed<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw new SborError((error as Error).message);
  }
}

function mismatch(wanted: string, node: SborNode): SborError {
  return new SborError(`wanted ${wanted}, got ${describeNode(node)}`);
}
