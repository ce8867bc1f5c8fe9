import { RadixEngineToolkit } from "@radixdlt/radix-engine-toolkit";
import { z } from "zod";
import { nftOfKey } from "../ledger/model.ts";
import type { CommittedTransaction, Receipt } from "../ledger/types.ts";
import { feeSummary, gatewayEvent } from "./core-receipt.ts";
import { type Endpoint, endpoint, type GatewayContext, ledgerState } from "./endpoint.ts";
import { transactionNotFound } from "./gateway-error.ts";
import { atLedgerState, intentHash, optionalFlag } from "./request-fields.ts";
import { coreSborData } from "./sbor-json.ts";

const detailsRequest = z.object({
  intent_hash: intentHash,
  at_ledger_state: atLedgerState,
  opt_ins: z
    .object({
      raw_hex: optionalFlag,
      receipt_events: optionalFlag,
      receipt_fee_summary: optionalFlag,
      receipt_output: optionalFlag,
      affected_global_entities: optionalFlag,
      manifest_instructions: optionalFlag,
      balance_changes: optionalFlag,
    })
    .nullish(),
});

type OptIns = NonNullable<z.infer<typeof detailsRequest>["opt_ins"]>;

/** What a committed transaction did; one that is not committed yet is not found. */
export function committedDetailsEndpoints(): readonly Endpoint[] {
  return [endpoint("/transaction/committed-details", detailsRequest, readCommittedDetails)];
}

async function readCommittedDetails(
  context: GatewayContext,
  request: z.infer<typeof detailsRequest>,
) {
  const point = context.replica.at(request.at_ledger_state);
  const committed = context.ledger.committed(request.intent_hash);
  if (!committed || committed.point.stateVersion > point.stateVersion) {
    throw transactionNotFound(request.intent_hash);
  }
  return {
    ledger_state: ledgerState(context, point),
    transaction: await transactionInfo(committed, request.opt_ins ?? {}),
  };
}

async function transactionInfo(
  committed: CommittedTransaction,
  optIns: OptIns,
): Promise<Record<string, unknown>> {
  const { point, receipt } = committed;
  const timestamp = new Date(point.timestampMs).toISOString();
  const status = statusOf(receipt);
  return {
    transaction_status: status,
    state_version: point.stateVersion,
    epoch: point.epoch,
    round: point.round,
    round_timestamp: timestamp,
    payload_hash: committed.payloadHash,
    intent_hash: committed.intentHash,
    fee_paid: committed.feePaidXrd,
    confirmed_at: timestamp,
    ...(receipt.errorMessage !== null && { error_message: receipt.errorMessage }),
    ...(optIns.raw_hex && { raw_hex: committed.payloadHex }),
    receipt: receiptInfo(receipt, status, optIns),
    ...(optIns.affected_global_entities && { affected_global_entities: affected(receipt) }),
    ...(optIns.manifest_instructions && {
      manifest_instructions: await manifestOf(committed.payloadHex),
    }),
    manifest_classes: ["General"],
    ...(optIns.balance_changes && { balance_changes: balanceChanges(receipt) }),
  };
}

function statusOf(receipt: Receipt): "CommittedSuccess" | "CommittedFailure" {
  return receipt.status === "Succeeded" ? "CommittedSuccess" : "CommittedFailure";
}

function receiptInfo(receipt: Receipt, status: string, optIns: OptIns): Record<string, unknown> {
  const succeeded = receipt.status === "Succeeded";
  return {
    status,
    ...(optIns.receipt_fee_summary && { fee_summary: feeSummary(receipt.fees) }),
    ...(optIns.receipt_output && succeeded && { output: receipt.output.map(coreSborData) }),
    ...(optIns.receipt_events && { events: receipt.events.map(gatewayEvent) }),
    ...(receipt.errorMessage !== null && { error_message: receipt.errorMessage }),
  };
}

function affected(receipt: Receipt): string[] {
  const entities = new Set([
    ...receipt.events.map((event) => event.emitter),
    ...receipt.balanceChanges.map((change) => change.entity),
  ]);
  return Array.from(entities).filter((address) => !address.startsWith("internal_"));
}

/** The book does not set the fee apart: what an account paid for it is in its balance change. */
function balanceChanges(receipt: Receipt): Record<string, unknown> {
  return {
    fungible_fee_balance_changes: [],
    fungible_balance_changes: receipt.balanceChanges
      .filter(({ resource }) => nftOfKey(resource) === undefined)
      .map(({ entity, resource, change }) => ({
        entity_address: entity,
        resource_address: resource,
        balance_change: change,
      })),
    non_fungible_balance_changes: receipt.balanceChanges.flatMap(({ entity, resource, change }) => {
      const nft = nftOfKey(resource);
      if (nft === undefined) return [];
      const [added, removed] = change === "1" ? [[nft.id], []] : [[], [nft.id]];
      return [{ entity_address: entity, resource_address: nft.resource, added, removed }];
    }),
  };
}

async function manifestOf(payloadHex: string): Promise<string> {
  const transaction = await RadixEngineToolkit.NotarizedTransaction.decompile(
    Buffer.from(payloadHex, "hex"),
    "String",
  );
  const { instructions } = transaction.signedIntent.intent.manifest;
  return instructions.kind === "String" ? instructions.value : "";
}
