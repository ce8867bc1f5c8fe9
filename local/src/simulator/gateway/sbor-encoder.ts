import type { SborNode } from "../ledger/types.ts";
import { decodeBech32m } from "./address.ts";

const SCRYPTO_SBOR = 0x5c;
/** Value kinds of SBOR and of Scrypto's additions (radix-engine: sbor/src/value_kind.rs, radix-common/src/data/scrypto). */
const KIND: Readonly<Record<string, number>> = {
  Bool: 0x01,
  I8: 0x02,
  I16: 0x03,
  I32: 0x04,
  I64: 0x05,
  I128: 0x06,
  U8: 0x07,
  U16: 0x08,
  U32: 0x09,
  U64: 0x0a,
  U128: 0x0b,
  String: 0x0c,
  Array: 0x20,
  Bytes: 0x20,
  Tuple: 0x21,
  Enum: 0x22,
  Map: 0x23,
  Reference: 0x80,
  Own: 0x90,
  Decimal: 0xa0,
  PreciseDecimal: 0xb0,
  NonFungibleLocalId: 0xc0,
};
const INTEGER_BYTES: Readonly<Record<string, number>> = {
  I8: 1,
  I16: 2,
  I32: 4,
  I64: 8,
  I128: 16,
  U8: 1,
  U16: 2,
  U32: 4,
  U64: 8,
  U128: 16,
};
const NODE_ID_BYTES = 30;
const MAX_CACHED_ADDRESSES = 10_000;

/** The node is not programmatic JSON that stands for a value. */
export class SborEncodeError extends Error {
  override readonly name = "SborEncodeError";
}

/** Encodes programmatic JSON as Scrypto SBOR, as lower-case hex with the leading `5c`; names are ignored. */
export function encodeSbor(node: SborNode): string {
  const sink = new Sink();
  sink.byte(SCRYPTO_SBOR);
  sink.byte(kindOf(node.kind));
  writeBody(sink, node);
  return sink.hex();
}

function writeBody(sink: Sink, node: SborNode): void {
  const integerBytes = INTEGER_BYTES[node.kind];
  if (integerBytes !== undefined) {
    writeInteger(sink, wholeOf(node), integerBytes, node.kind.startsWith("I"));
    return;
  }
  const write = BODY[node.kind];
  if (write === undefined) throw new SborEncodeError(`unknown kind ${node.kind}`);
  write(sink, node);
}

const BODY: Readonly<Record<string, (sink: Sink, node: SborNode) => void>> = {
  Bool: (sink, node) => sink.byte(node.value === true ? 1 : 0),
  String: (sink, node) => sink.sized(Buffer.from(textOf(node), "utf8")),
  Reference: (sink, node) => sink.bytes(nodeId(textOf(node))),
  Own: (sink, node) => sink.bytes(nodeId(textOf(node))),
  Decimal: (sink, node) => writeInteger(sink, scaled(textOf(node), 18), 24, true),
  PreciseDecimal: (sink, node) => writeInteger(sink, scaled(textOf(node), 36), 32, true),
  NonFungibleLocalId: (sink, node) => writeLocalId(sink, textOf(node)),
  Bytes: (sink, node) => {
    sink.byte(kindOf(node.element_kind ?? "U8"));
    sink.sized(Buffer.from(node.hex ?? "", "hex"));
  },
  Array: (sink, node) => {
    const elements = node.elements ?? [];
    sink.byte(kindOf(node.element_kind ?? elements[0]?.kind ?? ""));
    sink.size(elements.length);
    for (const element of elements) writeBody(sink, element);
  },
  Map: (sink, node) => {
    const entries = node.entries ?? [];
    sink.byte(kindOf(node.key_kind ?? ""));
    sink.byte(kindOf(node.value_kind ?? ""));
    sink.size(entries.length);
    for (const { key, value } of entries) {
      writeBody(sink, key);
      writeBody(sink, value);
    }
  },
  Tuple: (sink, node) => writeFields(sink, node),
  Enum: (sink, node) => {
    sink.byte(Number(node.variant_id));
    writeFields(sink, node);
  },
};

function writeFields(sink: Sink, node: SborNode): void {
  const fields = node.fields ?? [];
  sink.size(fields.length);
  for (const field of fields) {
    sink.byte(kindOf(field.kind));
    writeBody(sink, field);
  }
}

function kindOf(kind: string): number {
  const code = KIND[kind];
  if (code === undefined) throw new SborEncodeError(`unknown kind ${kind}`);
  return code;
}

function textOf(node: SborNode): string {
  if (typeof node.value !== "string") throw new SborEncodeError(`${node.kind} without a value`);
  return node.value;
}

function wholeOf(node: SborNode): bigint {
  const text = textOf(node);
  if (!/^-?\d+$/.test(text)) throw new SborEncodeError(`${text} is not a whole number`);
  return BigInt(text);
}

function writeInteger(sink: Sink, value: bigint, bytes: number, signed: boolean): void {
  const bits = bytes * 8;
  const fits = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  if (fits !== value) throw new SborEncodeError(`${value} does not fit ${bits} bits`);
  sink.littleEndian(BigInt.asUintN(bits, value), bytes);
}

function scaled(text: string, places: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? "";
  if (!match || fraction.length > places) throw new SborEncodeError(`${text} is not a decimal`);
  const digits = BigInt(`${match[2]}${fraction.padEnd(places, "0")}`);
  return match[1] === "-" ? -digits : digits;
}

const nodeIds = new Map<string, Buffer>();

function nodeId(address: string): Buffer {
  const known = nodeIds.get(address);
  if (known) return known;
  const bytes = decodeBech32m(address)?.bytes;
  if (bytes?.length !== NODE_ID_BYTES) throw new SborEncodeError(`${address} is not an address`);
  if (nodeIds.size < MAX_CACHED_ADDRESSES) nodeIds.set(address, bytes);
  return bytes;
}

/** `<text>` · `#integer#` · `[hex]` · `{ruid}`. */
function writeLocalId(sink: Sink, text: string): void {
  const inner = text.slice(1, -1);
  if (/^#\d+#$/.test(text)) {
    sink.byte(1);
    const bigEndian = Buffer.alloc(8);
    bigEndian.writeBigUInt64BE(BigInt.asUintN(64, BigInt(inner)));
    sink.bytes(bigEndian);
  } else if (/^<.+>$/.test(text)) {
    sink.byte(0);
    sink.sized(Buffer.from(inner, "utf8"));
  } else if (/^\[[0-9a-f]+\]$/.test(text)) {
    sink.byte(2);
    sink.sized(Buffer.from(inner, "hex"));
  } else if (/^\{[0-9a-f-]{67}\}$/.test(text)) {
    sink.byte(3);
    sink.bytes(Buffer.from(inner.replaceAll("-", ""), "hex"));
  } else {
    throw new SborEncodeError(`${text} is not a local id`);
  }
}

/** Bytes written one after the other into a buffer that grows. */
class Sink {
  #buffer = Buffer.allocUnsafe(1_024);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  bytes(value: Buffer): void {
    this.#reserve(value.length);
    this.#length += value.copy(this.#buffer, this.#length);
  }

  /** LEB128. */
  size(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  sized(value: Buffer): void {
    this.size(value.length);
    this.bytes(value);
  }

  littleEndian(value: bigint, bytes: number): void {
    this.#reserve(bytes);
    const word = Math.min(bytes, 8);
    let rest = value;
    for (let at = 0; at < bytes; at += word) {
      let low = BigInt.asUintN(word * 8, rest);
      if (word === 8) this.#buffer.writeBigUInt64LE(low, this.#length);
      else
        for (let i = 0; i < word; i++, low >>= 8n)
          this.#buffer[this.#length + i] = Number(low & 0xffn);
      this.#length += word;
      rest >>= BigInt(word * 8);
    }
  }

  hex(): string {
    return this.#buffer.toString("hex", 0, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
