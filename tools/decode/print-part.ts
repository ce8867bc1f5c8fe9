import type { SborValue } from "../../packages/ledger/src/index.ts";
import type { Part } from "./read-response.ts";

/** What stands beside a label, if anything, and what stands below it. */
interface Block {
  readonly head: string;
  readonly below: readonly string[];
}

const INDENT = "  ";
/** Bytes beyond this say nothing to people; `--json` has them all. */
const LONGEST_TEXT = 160;

/** A decoded response as an indented tree, one line per value. */
export function printPart(part: Part): readonly string[] {
  const { head, below } = blockOf(part);
  return head === "" ? below : [head, ...below];
}

function blockOf(part: Part): Block {
  switch (part.kind) {
    case "text":
      return { head: cut(part.text), below: [] };
    case "list":
      return part.items.length === 0
        ? { head: "(none)", below: [] }
        : { head: "", below: part.items.flatMap((one, at) => beside(`[${at}]`, blockOf(one))) };
    case "object":
      return {
        head: "",
        below: Object.entries(part.members).flatMap(([name, one]) => beside(name, blockOf(one))),
      };
    case "sbor": {
      const { head, below } = valueBlock(part.value);
      return { head, below: [...below, ...part.weft.map((line) => `=> ${line}`)] };
    }
  }
}

function beside(label: string, { head, below }: Block): string[] {
  const line = head === "" ? `${label}:` : `${label}: ${head}`;
  return [line, ...below.map((one) => `${INDENT}${one}`)];
}

function valueBlock(value: SborValue): Block {
  const { text, parts = [], entries = [] } = value;
  if (text !== undefined) return { head: `${cut(text)} (${typeOf(value)})`, below: [] };
  const below = [
    ...parts.flatMap((part, at) => beside(part.fieldName ?? `[${at}]`, valueBlock(part))),
    ...entries.flatMap((entry) => entryLines(entry)),
  ];
  return { head: below.length === 0 ? `${typeOf(value)}, empty` : typeOf(value), below };
}

function entryLines({ key, value }: NonNullable<SborValue["entries"]>[number]): string[] {
  if (key.text !== undefined) {
    return beside(`${cut(key.text)} (${typeOf(key)})`, valueBlock(value));
  }
  return [...beside("key", valueBlock(key)), ...beside("value", valueBlock(value))];
}

/** The name that the schema gives a type, and what it is made of. */
function typeOf({ kind, typeName, variant }: SborValue): string {
  const named = typeName === undefined || typeName === kind ? kind : `${typeName}, ${kind}`;
  return variant === undefined ? named : `${named} ${variant.name ?? `variant ${variant.id}`}`;
}

function cut(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)`;
}
