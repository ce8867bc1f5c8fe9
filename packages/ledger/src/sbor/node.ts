import { AppError } from "@weft/runtime";

/**
 * A value in programmatic SBOR JSON. Names are there only where the Gateway knows the schema: in state and in the events
 * of committed transactions, not in preview output. Numbers are decimal text, whatever their width.
 */
export interface SborNode {
  readonly kind: string;
  readonly field_name?: string | null;
  readonly value?: unknown;
  /** Of `Bytes`. */
  readonly hex?: string;
  /** Of `Array`. */
  readonly elements?: readonly SborNode[];
  /** Of `Map`. */
  readonly entries?: readonly { readonly key: SborNode; readonly value: SborNode }[];
  /** Of `Tuple` and `Enum`. */
  readonly fields?: readonly SborNode[];
  /** Of `Enum`. */
  readonly variant_id?: string | number;
}

/** Turns a node into a value. @throws {SborError} where it does not fit */
export type SborReader<T> = (node: SborNode) => T;

/** A value on ledger is not what we expect it to be. Names the way to the value that does not fit. */
export class SborError extends AppError {
  /** From the outermost value to the one that does not fit: field names and map keys. */
  readonly path: readonly string[];
  readonly detail: string;

  constructor(detail: string, path: readonly string[] = []) {
    const place = path.length === 0 ? "(value)" : path.join(".");
    super("sbor_mismatch", `${place}: ${detail}`, { disposition: "park" });
    this.name = "SborError";
    this.path = path;
    this.detail = detail;
  }
}

/** Reads a node, and puts `step` before the path of what goes wrong in it. */
export function readAt<T>(step: string, node: SborNode | undefined, reader: SborReader<T>): T {
  try {
    return reader(asNode(node));
  } catch (error) {
    if (error instanceof SborError) throw new SborError(error.detail, [step, ...error.path]);
    throw error;
  }
}

/** Checks that something of unknown make is a node at all. What lies inside is checked as it is read. */
export function asNode(value: unknown): SborNode {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  if (typeof kind !== "string") throw new SborError("no SBOR value");
  return value as SborNode;
}

/** How a node is called in an error. */
export function describeNode(node: SborNode | undefined): string {
  return typeof node?.kind === "string" ? node.kind : "nothing";
}
