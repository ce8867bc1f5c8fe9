import type { FeeSummary, LedgerEvent, Receipt } from "../ledger/types.ts";
import { coreSborData } from "./sbor-json.ts";

/** A receipt as the Core API gives it to a preview: no names in it, no output unless it succeeded. */
export function coreReceipt(receipt: Receipt): Record<string, unknown> {
  const executed = receipt.status !== "Rejected";
  return {
    status: receipt.status,
    fee_summary: feeSummary(receipt.fees),
    ...(executed && {
      events: receipt.events.map(({ name, emitter, data }) => ({
        type: { emitter: eventEmitter(emitter), name },
        data: coreSborData(data),
      })),
    }),
    ...(receipt.status === "Succeeded" && { output: receipt.output.map(coreSborData) }),
    ...(receipt.errorMessage !== null && { error_message: receipt.errorMessage }),
  };
}

export function feeSummary(fees: FeeSummary): Record<string, string> {
  return {
    xrd_total_execution_cost: fees.executionXrd,
    xrd_total_finalization_cost: fees.finalizationXrd,
    xrd_total_storage_cost: fees.storageXrd,
    xrd_total_royalty_cost: fees.royaltyXrd,
    xrd_total_tipping_cost: fees.tippingXrd,
  };
}

/** An event as committed-details shows it: its data has names, since the Gateway knows the schema. */
export function gatewayEvent({ name, emitter, data }: LedgerEvent): Record<string, unknown> {
  return { name, emitter: eventEmitter(emitter), data };
}

function eventEmitter(address: string): Record<string, unknown> {
  return { type: "Method", entity: entityReference(address), object_module_id: "Main" };
}

function entityReference(address: string): Record<string, unknown> {
  return {
    is_global: !address.startsWith("internal_"),
    entity_type: entityType(address),
    entity_address: address,
  };
}

function entityType(address: string): string {
  if (address.startsWith("account_")) return "GlobalPreallocatedEd25519Account";
  if (address.startsWith("resource_")) return "GlobalFungibleResource";
  if (address.startsWith("internal_vault_")) return "InternalFungibleVault";
  return "GlobalGenericComponent";
}
