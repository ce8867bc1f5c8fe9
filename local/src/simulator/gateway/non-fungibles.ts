import { z } from "zod";
import type { LedgerPoint, NonFungibleRead, SborNode, SimulatedLedger } from "../ledger/types.ts";
import { type Endpoint, endpoint, type GatewayContext, ledgerState } from "./endpoint.ts";
import { entityNotFound, invalidEntity } from "./gateway-error.ts";
import {
  atLedgerState,
  cursor,
  cursorNeedsVersion,
  listOf,
  nextCursor,
  pageLimit,
  radixAddress,
} from "./request-fields.ts";
import { sborValue } from "./sbor-json.ts";

const MAX_IDS = 100;
/** Rows are kept up to so many bytes in all: some 190,000 CDPs. */
const MAX_KEPT_BYTES = 512 * 1024 * 1024;

const idsRequest = z
  .object({
    resource_address: radixAddress,
    cursor,
    limit_per_page: pageLimit,
    at_ledger_state: atLedgerState,
  })
  .superRefine(cursorNeedsVersion);

const rowsRequest = z.object({
  resource_address: radixAddress,
  non_fungible_ids: listOf(z.string().min(1), MAX_IDS),
  at_ledger_state: atLedgerState,
});

/** Ids, data and whereabouts of non-fungibles: there is one such resource, the CDPs. */
export function nonFungibleEndpoints(): readonly Endpoint[] {
  const rows = createRowCache();
  return [
    endpoint("/state/non-fungible/ids", idsRequest, readIds),
    endpoint("/state/non-fungible/data", rowsRequest, (context, request) =>
      readData(context, request, rows),
    ),
    endpoint("/state/non-fungible/location", rowsRequest, readLocations),
  ];
}

/** Every id ever minted, in mint order, burned ones too. */
function readIds(context: GatewayContext, request: z.infer<typeof idsRequest>) {
  requireCdpResource(context, request.resource_address);
  const point = context.replica.at(request.at_ledger_state);
  const total = context.ledger.mintedCount(point.stateVersion);
  const start = request.cursor ?? 0;
  const end = Math.min(start + request.limit_per_page, total);
  const items = Array.from({ length: Math.max(0, end - start) }, (_, index) =>
    context.ledger.mintedId(start + index),
  );
  const next = nextCursor(end, total);
  return {
    ledger_state: ledgerState(context, point),
    resource_address: request.resource_address,
    non_fungible_ids: { total_count: total, ...(next && { next_cursor: next }), items },
  };
}

const COMMA = Buffer.from(",");

/** Built from rows kept as bytes: a page of 100 CDPs is 280 kB. */
function readData(
  context: GatewayContext,
  request: z.infer<typeof rowsRequest>,
  rows: RowCache,
): Buffer {
  requireCdpResource(context, request.resource_address);
  const point = context.replica.at(request.at_ledger_state);
  const items = newestFirst(request.non_fungible_ids).flatMap(
    (id) => rows.rowOf(context, id, point) ?? [],
  );
  const frame = JSON.stringify({
    ledger_state: ledgerState(context, point),
    resource_address: request.resource_address,
    non_fungible_id_type: "Integer",
    non_fungible_ids: [],
  });
  return Buffer.concat([
    Buffer.from(frame.slice(0, -"]}".length)),
    ...items.flatMap((row, index) => (index === 0 ? [row] : [COMMA, row])),
    Buffer.from("]}"),
  ]);
}

/** The book does not say who owns a CDP, so the vault is left out. */
function readLocations(context: GatewayContext, request: z.infer<typeof rowsRequest>) {
  requireCdpResource(context, request.resource_address);
  const point = context.replica.at(request.at_ledger_state);
  const items = newestFirst(request.non_fungible_ids).flatMap((id) => {
    const read = context.ledger.nonFungible(id, point.stateVersion);
    if (read.kind === "unknown") return [];
    return {
      non_fungible_id: id,
      is_burned: read.kind === "burned",
      last_updated_at_state_version: read.lastUpdatedAtStateVersion,
    };
  });
  return {
    ledger_state: ledgerState(context, point),
    resource_address: request.resource_address,
    non_fungible_ids: items,
  };
}

/** Rows come newest-minted first, whatever the order of the request; an id asked twice comes once. */
function newestFirst(ids: readonly string[]): string[] {
  const serial = (id: string) => Number(id.slice(1, -1));
  return Array.from(new Set(ids)).sort((a, b) => serial(b) - serial(a));
}

function requireCdpResource(
  { ledger }: { readonly ledger: SimulatedLedger },
  address: string,
): void {
  if (address === ledger.addresses.cdpResource) return;
  if (isKnown(ledger, address)) throw invalidEntity(address);
  throw entityNotFound(address);
}

function isKnown(ledger: SimulatedLedger, address: string): boolean {
  const { lendingMarket, lendingPool, transientResource } = ledger.addresses;
  return (
    [lendingMarket, lendingPool, transientResource].includes(address) ||
    address.startsWith("account_") ||
    ledger.fungibleDivisibility(address) !== undefined
  );
}

interface RowCache {
  /** The row as JSON, or undefined for an id never minted. */
  rowOf(context: GatewayContext, id: string, point: LedgerPoint): Buffer | undefined;
}

/** Keeps the newest row of each id: a CDP changes far less often than it is read. */
function createRowCache(): RowCache {
  const kept = new Map<string, { readonly version: number; readonly row: Buffer }>();
  let bytes = 0;
  return {
    rowOf: ({ ledger, faults }, id, point) => {
      const read = ledger.nonFungible(id, point.stateVersion);
      if (read.kind === "unknown") return undefined;
      if (read.kind === "live" && faults.corruptCdpIds.includes(id)) {
        return rowBytes(id, { ...read, data: UNDECODABLE });
      }
      const known = kept.get(id);
      const version = read.lastUpdatedAtStateVersion;
      if (known?.version === version) return known.row;
      const row = rowBytes(id, read);
      const grown = bytes + row.length - (known?.row.length ?? 0);
      if ((!known || known.version < version) && grown <= MAX_KEPT_BYTES) {
        kept.set(id, { version, row });
        bytes = grown;
      }
      return row;
    },
  };
}

function rowBytes(id: string, read: Exclude<NonFungibleRead, { kind: "unknown" }>): Buffer {
  const row = JSON.stringify({
    is_burned: read.kind === "burned",
    non_fungible_id: id,
    ...(read.kind === "live" && { data: sborValue(read.data) }),
    last_updated_at_state_version: read.lastUpdatedAtStateVersion,
  });
  return Buffer.from(row);
}

/** Well-formed SBOR that is no CDP: its loans are a text. */
const UNDECODABLE: SborNode = {
  kind: "Tuple",
  type_name: "CDPData",
  fields: [{ kind: "String", field_name: "loans", value: "not a map" }],
};
