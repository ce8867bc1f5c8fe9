import {
  decodeSbor,
  decodeSborHex,
  SborError,
  type SborNode,
  type SborValue,
} from "../../packages/ledger/src/index.ts";
import { readAsWeft } from "./read-as-weft.ts";

/** A part of a response: plain JSON, or an SBOR value in it. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Part[] }
  | { readonly kind: "object"; readonly members: Readonly<Record<string, Part>> }
  | {
      readonly kind: "sbor";
      readonly value: SborValue;
      /** What the programs make of it, where it is something that they know: lines for people. */
      readonly weft: readonly string[];
    };

/** The file is no response, or something in it is not what it should be. */
export class ResponseError extends Error {
  override readonly name = "ResponseError";
  /** Where in the file, as a JSON path. */
  readonly path: string;

  constructor(path: string, detail: string) {
    super(`${path}: ${detail}`);
    this.path = path;
  }
}

/** By what a response of the Gateway is known, and what has to stand there. */
const LISTS = ["non_fungible_ids", "entries", "items", "events", "output"];
const OBJECTS = ["transaction", "receipt"];
const ENVELOPES = new Set([...LISTS, ...OBJECTS, "transaction_status"]);
/** What holds SBOR as bytes, as JSON, or both. */
const PAYLOAD_HEX = ["raw_hex", "hex"];
/** Whatever stands there and says its kind is SBOR, of a kind that we know or not. */
const SBOR_PLACES = /\.(data|state|key|value|programmatic_json)$|^\$$/;

/**
 * Decodes a recorded response of the Gateway, whichever protocol it is of: every SBOR value in it to its leaves.
 *
 * @throws {ResponseError} naming the first place that does not fit
 */
export async function readResponse(text: string): Promise<Part> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ResponseError("$", `not JSON: ${(error as Error).message}`);
  }
  refuseForeign(json, "$");
  return readPart(json, { path: "$", networkId: networkIdIn(text), id: undefined });
}

interface Place {
  readonly path: string;
  /** Undefined when no address in the file tells. */
  readonly networkId: number | undefined;
  /** The non-fungible that is being read. */
  readonly id: string | undefined;
}

function refuseForeign(json: unknown, path: string): void {
  if (Array.isArray(json) && json.length > 0) {
    for (const [index, one] of json.entries()) refuseForeign(one, `${path}[${index}]`);
    return;
  }
  const members = isObject(json) ? Object.keys(json) : [];
  if (members.some((name) => ENVELOPES.has(name)) || isSborLike(json)) return;
  const known = [...ENVELOPES].join(", ");
  throw new ResponseError(path, `no response of the Gateway: it has none of ${known}`);
}

async function readPart(json: unknown, place: Place): Promise<Part> {
  if (Array.isArray(json)) {
    const items: Part[] = [];
    for (const [index, one] of json.entries()) {
      items.push(await readPart(one, { ...place, path: `${place.path}[${index}]` }));
    }
    return { kind: "list", items };
  }
  if (!isObject(json)) return { kind: "text", text: String(json) };
  if (SBOR_PLACES.test(place.path) && typeof json.kind === "string") {
    return sborPart(json, place);
  }
  return readObject(json, place);
}

async function readObject(json: Readonly<Record<string, unknown>>, place: Place): Promise<Part> {
  const id = typeof json.non_fungible_id === "string" ? json.non_fungible_id : place.id;
  const payload = await readPayload(json, { ...place, id });
  const members: Record<string, Part> = {};
  for (const [name, one] of Object.entries(json)) {
    const path = `${place.path}.${name}`;
    refuseMisshapen(name, one, path);
    const isRead = payload !== undefined && [...PAYLOAD_HEX, "programmatic_json"].includes(name);
    if (!isRead) members[name] = await readPart(one, { ...place, path, id });
  }
  if (payload === undefined) return { kind: "object", members };
  return Object.keys(members).length === 0
    ? payload
    : { kind: "object", members: { ...members, sbor: payload } };
}

/** The SBOR value that an object holds, by its JSON, or by its bytes where the Gateway did not give JSON. */
async function readPayload(
  json: Readonly<Record<string, unknown>>,
  place: Place,
): Promise<Part | undefined> {
  const { programmatic_json: node } = json;
  if (node !== undefined && node !== null) {
    return sborPart(node, { ...place, path: `${place.path}.programmatic_json` });
  }
  const name = PAYLOAD_HEX.find((one) => String(json[one]).startsWith("5c"));
  if (name === undefined || place.networkId === undefined) return undefined;
  const path = `${place.path}.${name}`;
  const { networkId } = place;
  const decoded = await located(path, () => decodeSborHex(String(json[name]), networkId));
  return sborPart(decoded, { ...place, path });
}

async function sborPart(node: unknown, { path, id }: Place): Promise<Part> {
  if (!isObject(node) || typeof node.kind !== "string") {
    throw new ResponseError(path, "no SBOR value");
  }
  const sbor = node as unknown as SborNode;
  const value = await located(path, () => decodeSbor(sbor));
  return { kind: "sbor", value, weft: readAsWeft(sbor, id) };
}

async function located<T>(path: string, decode: () => T | Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (!(error instanceof SborError)) throw error;
    throw new ResponseError([path, ...error.path].join("."), error.detail);
  }
}

function refuseMisshapen(name: string, json: unknown, path: string): void {
  if (json === null || json === undefined) return;
  if (LISTS.includes(name) && !Array.isArray(json)) throw new ResponseError(path, "not a list");
  if (OBJECTS.includes(name) && !isObject(json)) throw new ResponseError(path, "not an object");
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

const isSborLike = (json: unknown) =>
  isObject(json) && (typeof json.kind === "string" || "programmatic_json" in json);

/** By the first address in the file: `_rdx1` is mainnet, `_tdx_2_1` the test network 2. */
function networkIdIn(text: string): number | undefined {
  const [, test, other] =
    /_(?:tdx_([0-9a-f]{1,2})_1|(rdx1|sim1|loc1))[0-9a-z]{20}/.exec(text) ?? [];
  if (test !== undefined) return Number.parseInt(test, 16);
  return other === undefined ? undefined : { rdx1: 1, sim1: 242, loc1: 240 }[other];
}
