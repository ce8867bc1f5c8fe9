import { buildTransaction, type Signer } from "@weft/ledger";
import { callAws } from "./aws-call.ts";
import type { SkeletonOrder, SkeletonTask } from "./order.ts";

const EPOCH_WINDOW = 2;
const VISIBLE_AGAIN_MS = 60_000;

/** Submits the transaction of one task with the requests that no liquidator can do without; returns its intent's hash. */
export async function submitTask(
  task: SkeletonTask,
  order: SkeletonOrder,
  signer: Signer,
): Promise<string> {
  const { cdpId } = task;
  await writeItem(order, cdpId, "lease", String(Date.now() + VISIBLE_AGAIN_MS));
  const details = await ask(order, "/state/entity/details", {
    addresses: [order.account],
    aggregation_level: "Global",
  });
  const { epoch } = details.ledger_state as { readonly epoch: number };
  await previewTask(task, order);
  await ask(order, "/transaction/preview", {
    manifest: task.liquidationManifest,
    start_epoch_inclusive: epoch,
    end_epoch_exclusive: epoch + EPOCH_WINDOW,
    nonce: 1,
    tip_percentage: 0,
    notary_public_key: keyOf(signer),
    notary_is_signatory: true,
    signer_public_keys: [keyOf(signer)],
    flags: { use_free_credit: false, assume_all_signature_proofs: true, skip_epoch_check: true },
  });
  await writeItem(order, cdpId, "hold", "0.1");
  const { intentHash, payloadHex } = await signTask(task, order, signer, epoch);
  await writeItem(order, cdpId, "signed", payloadHex);
  await ask(order, "/transaction/submit", { notarized_transaction_hex: payloadHex });
  return intentHash;
}

/** Asks for the CDP's health. */
export async function previewTask(
  { healthManifest }: SkeletonTask,
  order: SkeletonOrder,
): Promise<void> {
  await ask(order, "/transaction/preview", {
    manifest: healthManifest,
    start_epoch_inclusive: 1,
    end_epoch_exclusive: 2,
    nonce: 1,
    signer_public_keys: [],
    flags: { use_free_credit: true, assume_all_signature_proofs: true, skip_epoch_check: true },
  });
}

/** Builds, signs, checks and compiles, as the liquidator does. */
export function signTask(
  { cdpId, liquidationManifest }: SkeletonTask,
  { networkId }: SkeletonOrder,
  signer: Signer,
  epoch: number,
) {
  return buildTransaction({
    networkId,
    signer,
    manifest: liquidationManifest,
    startEpochInclusive: epoch,
    endEpochExclusive: epoch + EPOCH_WINDOW,
    nonce: Number(cdpId.replaceAll("#", "")),
  });
}

/** What follows the commit: its end, what it did, the record of it, the table, and the message's own end. */
export async function finishTask(
  { cdpId }: SkeletonTask,
  intentHash: string,
  order: SkeletonOrder,
): Promise<void> {
  await ask(order, "/transaction/status", { intent_hash: intentHash });
  const details = await ask(order, "/transaction/committed-details", {
    intent_hash: intentHash,
    opt_ins: { receipt_events: true, balance_changes: true },
  });
  const stored = await fetch(`${order.bucketUrl}/floor/${cdpId.replaceAll("#", "")}.json`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ intentHash, at: details.ledger_state }),
  });
  if (!stored.ok) throw new Error(`the bucket answered ${stored.status}: ${await stored.text()}`);
  await stored.arrayBuffer();
  await writeItem(order, cdpId, "settled", "0");
  await writeItem(order, cdpId, "final", intentHash);
  await writeItem(order, cdpId, "lease", "0");
}

const keyOf = ({ publicKeyHex }: Signer) => ({ key_type: "EddsaEd25519", key_hex: publicKeyHex });

async function ask(
  { gatewayUrl }: SkeletonOrder,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${gatewayUrl}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** One conditional write on the CDP's item, as each step of an attempt is. */
function writeItem(
  { dynamodbUrl, table }: SkeletonOrder,
  cdpId: string,
  name: string,
  value: string,
): Promise<unknown> {
  return callAws(dynamodbUrl, "DynamoDB_20120810.UpdateItem", {
    TableName: table,
    Key: { pk: { S: `cdp#${cdpId}` }, sk: { S: "floor" } },
    ConditionExpression: "attribute_not_exists(closed)",
    UpdateExpression: "SET #name = :value",
    ExpressionAttributeNames: { "#name": name },
    ExpressionAttributeValues: { ":value": { S: value } },
    ReturnValues: "ALL_NEW",
  });
}
