import { readAt, SborError, type SborNode, type SborReader } from "./node.ts";
import {
  readBoolean,
  readBytesHex,
  readDecimal,
  readInteger,
  readLocalId,
  readOwn,
  readPreciseDecimal,
  readReference,
  readVariant,
} from "./readers.ts";

/** Any SBOR value of any protocol, checked to the leaves. Names are there where the Gateway knew the schema. */
export interface SborValue {
  readonly kind: string;
  readonly typeName?: string;
  readonly fieldName?: string;
  /** Of `Enum`. */
  readonly variant?: { readonly id: number; readonly name?: string };
  /** Of what has no parts: as the ledger writes it, bytes in hexadecimal. */
  readonly text?: string;
  /** Fields of `Tuple` and `Enum`, elements of `Array`. */
  readonly parts?: readonly SborValue[];
  /** Of `Map`, in the ledger's order. */
  readonly entries?: readonly { readonly key: SborValue; readonly value: SborValue }[];
}

interface AnnotatedNode extends SborNode {
  readonly type_name?: unknown;
  readonly variant_name?: unknown;
}

/** The ledger's own limit is 64. */
const MAX_DEPTH = 128;

/** Bits of each integer; `I` is signed. */
const INTEGER_BITS: Readonly<Record<string, number>> = {
  ...{ I8: 8, I16: 16, I32: 32, I64: 64, I128: 128 },
  ...{ U8: 8, U16: 16, U32: 32, U64: 64, U128: 128 },
};

const readText: SborReader<string> = ({ value }) => {
  if (typeof value !== "string") throw new SborError("a String without text");
  return value;
};

const LEAVES: Readonly<Record<string, SborReader<unknown>>> = {
  Bool: readBoolean,
  String: readText,
  Bytes: readBytesHex,
  Decimal: readDecimal,
  PreciseDecimal: readPreciseDecimal,
  Reference: readReference,
  Own: readOwn,
  NonFungibleLocalId: readLocalId,
  ...Object.fromEntries(Object.keys(INTEGER_BITS).map((kind) => [kind, readSizedInteger])),
};

/**
 * Programmatic SBOR JSON of any schema, annotated or not, as a value.
 *
 * @throws {SborError} where it is no SBOR; the path is that of the JSON: `fields[2]`, `entries[0].value`
 */
export const decodeSbor: SborReader<SborValue> = (node) => decodeAt(node, 0);

function decodeAt(node: AnnotatedNode, depth: number): SborValue {
  if (depth > MAX_DEPTH) throw new SborError(`more than ${MAX_DEPTH} values inside each other`);
  return { kind: node.kind, ...namesOf(node), ...contentOf(node, depth) };
}

function namesOf({
  type_name,
  field_name,
}: AnnotatedNode): Pick<SborValue, "typeName" | "fieldName"> {
  return {
    ...(typeof type_name === "string" ? { typeName: type_name } : {}),
    ...(typeof field_name === "string" ? { fieldName: field_name } : {}),
  };
}

function contentOf(node: AnnotatedNode, depth: number): Partial<SborValue> {
  const parts = (name: "fields" | "elements") =>
    listIn(node, name).map((part, index) =>
      readAt(`${name}[${index}]`, part, (one) => decodeAt(one, depth + 1)),
    );
  switch (node.kind) {
    case "Tuple":
      return { parts: parts("fields") };
    case "Array":
      return { parts: parts("elements") };
    case "Enum": {
      const { variant_name: name } = node;
      const id = readVariant(node).variant;
      const variant = typeof name === "string" ? { id, name } : { id };
      return { variant, parts: parts("fields") };
    }
    case "Map":
      return { entries: entriesOf(node, depth) };
    default: {
      const read = LEAVES[node.kind];
      if (read === undefined) throw new SborError(`unknown kind ${node.kind}`);
      read(node);
      return { text: String(node.kind === "Bytes" ? node.hex : node.value) };
    }
  }
}

function entriesOf(node: SborNode, depth: number): NonNullable<SborValue["entries"]> {
  return listIn(node, "entries").map((entry, index) => {
    const { key, value } = (entry ?? {}) as { readonly key?: SborNode; readonly value?: SborNode };
    const decode = (part: "key" | "value", of: SborNode | undefined) =>
      readAt(`entries[${index}].${part}`, of, (one) => decodeAt(one, depth + 1));
    return { key: decode("key", key), value: decode("value", value) };
  });
}

function listIn(node: SborNode, name: "fields" | "elements" | "entries"): readonly SborNode[] {
  const list: unknown = node[name];
  if (!Array.isArray(list)) throw new SborError(`${node.kind} without ${name}`);
  return list;
}

function readSizedInteger(node: SborNode): bigint {
  const value = readInteger(node);
  const bits = INTEGER_BITS[node.kind] ?? 0;
  const fits = node.kind.startsWith("I") ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  if (fits !== value) throw new SborError(`${value} does not fit ${node.kind}`);
  return value;
}
