import type { StateNonFungibleDataResponse } from "@radixdlt/babylon-gateway-api-sdk";
import type { Cdp } from "@weft/protocol";
import { inParallel } from "@weft/runtime";
import type { AsSent, GatewayClient } from "../gateway/client.ts";
import { GatewayError } from "../gateway/gateway-error.ts";
import { atStateVersion } from "../gateway/pin.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";
import { asNode, SborError } from "../sbor/node.ts";
import { decodeCdp } from "./decode-cdp.ts";

/** The Gateway's limit of ids per request. */
const IDS_PER_REQUEST = 100;

/** What the ledger knows of one id at the pinned version. */
export type CdpRead =
  | { readonly kind: "live"; readonly cdp: Cdp }
  | { readonly kind: "burned" }
  /** Never minted, up to that version. */
  | { readonly kind: "unknown" }
  /** Its data is not what we know how to read: this CDP's trouble alone. */
  | { readonly kind: "undecodable"; readonly reason: string };

export interface CdpsRequest {
  readonly cdpResource: string;
  readonly ids: readonly string[];
  readonly stateVersion: bigint;
}

/**
 * CDPs at a state version, 100 per request, all requests at once (the client's lane bounds them).
 * Every id asked for is in the result. A request that takes the Gateway too long is asked again in halves.
 */
export async function readCdps(
  client: GatewayClient,
  { cdpResource, ids, stateVersion }: CdpsRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CdpRead>> {
  const reads = new Map<string, CdpRead>(ids.map((id) => [id, { kind: "unknown" }]));
  const request = { cdpResource, stateVersion };
  const readChunk = async (chunk: readonly string[], chunkSignal: AbortSignal): Promise<void> => {
    const items = await readData(client, { ...request, ids: chunk }, chunkSignal);
    if (items === "too_much") {
      const middle = Math.ceil(chunk.length / 2);
      await readChunks([chunk.slice(0, middle), chunk.slice(middle)], chunkSignal);
      return;
    }
    for (const item of items) {
      // The order is not that of the request, and ids we did not ask for are none of ours.
      const id = item.non_fungible_id;
      if (id !== undefined && reads.has(id)) reads.set(id, toRead(id, item));
    }
  };
  const readChunks = (chunks: readonly (readonly string[])[], chunksSignal: AbortSignal) =>
    inParallel(
      chunks.map((chunk) => (chunkSignal: AbortSignal) => readChunk(chunk, chunkSignal)),
      chunksSignal,
    );
  await readChunks(chunked([...reads.keys()], IDS_PER_REQUEST), signal);
  return reads;
}

type DataItem = NonNullable<AsSent<StateNonFungibleDataResponse>["non_fungible_ids"]>[number];

async function readData(
  client: GatewayClient,
  { cdpResource, ids, stateVersion }: CdpsRequest,
  signal: AbortSignal,
): Promise<readonly DataItem[] | "too_much"> {
  try {
    const answer = await client.nonFungibleData(
      {
        resource_address: cdpResource,
        non_fungible_ids: [...ids],
        at_ledger_state: atStateVersion(stateVersion),
      },
      signal,
    );
    if (Array.isArray(answer.non_fungible_ids)) return answer.non_fungible_ids;
  } catch (error) {
    const askForLess = error instanceof GatewayError && error.askForLess;
    if (askForLess && ids.length > 1) return "too_much";
    throw error;
  }
  throw unexpectedAnswer("/state/non-fungible/data", "no non_fungible_ids");
}

function toRead(id: string, item: DataItem): CdpRead {
  if (item.is_burned === true) return { kind: "burned" };
  try {
    return { kind: "live", cdp: decodeCdp(id, asNode(item.data?.programmatic_json)) };
  } catch (error) {
    if (error instanceof SborError) return { kind: "undecodable", reason: error.message };
    throw error;
  }
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}
