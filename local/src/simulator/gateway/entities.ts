import { z } from "zod";
import type { LedgerPoint } from "../ledger/types.ts";
import { type Endpoint, endpoint, type GatewayContext, ledgerState } from "./endpoint.ts";
import { entityNotFound } from "./gateway-error.ts";
import {
  atLedgerState,
  cursor,
  cursorNeedsVersion,
  listOf,
  nextCursor,
  optionalFlag,
  pageLimit,
  radixAddress,
} from "./request-fields.ts";

const MAX_ADDRESSES = 20;
const PAGE_SIZE = 100;

/** The book knows no vaults. */
const aggregationLevel = z
  .literal("Global", { error: "the simulator aggregates by Global only" })
  .nullish();

const detailsRequest = z.object({
  addresses: listOf(radixAddress, MAX_ADDRESSES),
  aggregation_level: aggregationLevel,
  opt_ins: z.object({ native_resource_details: optionalFlag }).nullish(),
  at_ledger_state: atLedgerState,
});

const fungiblesRequest = z
  .object({
    address: radixAddress,
    aggregation_level: aggregationLevel,
    cursor,
    limit_per_page: pageLimit,
    at_ledger_state: atLedgerState,
  })
  .superRefine(cursorNeedsVersion);

export function entityEndpoints(): readonly Endpoint[] {
  return [
    endpoint("/state/entity/details", detailsRequest, readDetails),
    endpoint("/state/entity/page/fungibles", fungiblesRequest, readFungibles),
  ];
}

/** Unknown addresses are left out; the order is the book's, not that of the request. */
function readDetails(context: GatewayContext, request: z.infer<typeof detailsRequest>) {
  const point = context.replica.at(request.at_ledger_state);
  const items = Array.from(new Set(request.addresses))
    .toSorted()
    .flatMap((address) => {
      const details = detailsOf(context, address, point);
      const native = request.opt_ins?.native_resource_details ? nativeOf(context, address) : {};
      return details
        ? [{ ...itemOf(context, address, point), details: { ...details, ...native } }]
        : [];
    });
  return { ledger_state: ledgerState(context, point), items };
}

function readFungibles(context: GatewayContext, request: z.infer<typeof fungiblesRequest>) {
  const point = context.replica.at(request.at_ledger_state);
  if (!detailsOf(context, request.address, point)) throw entityNotFound(request.address);
  return {
    ledger_state: ledgerState(context, point),
    address: request.address,
    ...fungiblesPage(context, request.address, point, request.cursor ?? 0, request.limit_per_page),
  };
}

function itemOf(context: GatewayContext, address: string, point: LedgerPoint) {
  const nothing = { total_count: 0, items: [] };
  const holds = address.startsWith("account_") || address.startsWith("component_");
  return {
    address,
    fungible_resources: holds ? fungiblesPage(context, address, point, 0, PAGE_SIZE) : nothing,
    non_fungible_resources: nothing,
    metadata: nothing,
  };
}

function fungiblesPage(
  { ledger }: GatewayContext,
  address: string,
  point: LedgerPoint,
  start: number,
  limit: number,
) {
  const held = Object.entries(ledger.balances(address, point.stateVersion)).toSorted();
  const next = nextCursor(start + limit, held.length);
  return {
    total_count: held.length,
    ...(next && { next_cursor: next }),
    items: held.slice(start, start + limit).map(([resource, amount]) => ({
      aggregation_level: "Global",
      resource_address: resource,
      amount,
      // The book does not say when a balance last changed.
      last_updated_at_state_version: point.stateVersion,
    })),
  };
}

/** What the network itself knows of a resource that a validator issues. */
function nativeOf({ ledger }: GatewayContext, address: string): Record<string, unknown> {
  const unit = ledger.stakingUnit(address);
  if (unit === undefined) return {};
  const redemption = { resource_address: ledger.addresses.xrd, amount: unit.redemptionXrd };
  return {
    native_resource_details: {
      kind: "ValidatorLiquidStakeUnit",
      validator_address: unit.validator,
      redemption_resource_count: 1,
      unit_redemption_value: [redemption],
    },
  };
}

/** `details` by the kind of entity; what the book does not keep (roles, supplies) is left out. */
function detailsOf(
  { ledger }: GatewayContext,
  address: string,
  point: LedgerPoint,
): Record<string, unknown> | undefined {
  const component = { type: "Component", blueprint_version: "1.0.0" };
  if (address.startsWith("account_")) {
    // Every account address exists: it comes into being with its first use.
    return { ...component, blueprint_name: "Account" };
  }
  const state = ledger.componentState(address, point.stateVersion);
  if (state) return { ...component, blueprint_name: state.type_name ?? "Component", state };
  const { cdpResource } = ledger.addresses;
  if (address === cdpResource) {
    const minted = String(ledger.mintedCount(point.stateVersion));
    return { type: "NonFungibleResource", non_fungible_id_type: "Integer", total_minted: minted };
  }
  const divisibility = ledger.fungibleDivisibility(address);
  return divisibility === undefined ? undefined : { type: "FungibleResource", divisibility };
}
