import type { Decimal } from "@weft/protocol";
import type { GatewayClient } from "../gateway/client.ts";
import { parsePreviewReceipt, totalFeeXrd } from "./receipt.ts";

export interface PreviewInput {
  /** The very text that would be signed. */
  readonly manifest: string;
  /** Null where nobody would sign: the preview then takes every proof as given, and nothing else changes. */
  readonly signerPublicKeyHex: string | null;
  readonly startEpochInclusive: number;
  readonly endEpochExclusive: number;
}

/** What the transaction would come to now. */
export type PreviewResult =
  | { readonly status: "Succeeded"; readonly feeXrd: Decimal }
  | { readonly status: "Failed" | "Rejected"; readonly errorMessage: string };

/** Runs a manifest at the ledger's tip as its signer would, paying its own fee, and keeps nothing of it. One request. */
export async function previewTransaction(
  client: GatewayClient,
  input: PreviewInput,
  signal: AbortSignal,
): Promise<PreviewResult> {
  const signer = input.signerPublicKeyHex;
  const keys = signer === null ? [] : [{ key_type: "EddsaEd25519", key_hex: signer } as const];
  const answer = await client.preview(
    {
      manifest: input.manifest,
      start_epoch_inclusive: input.startEpochInclusive,
      end_epoch_exclusive: input.endEpochExclusive,
      nonce: 1,
      tip_percentage: 0,
      ...keys.map((key) => ({ notary_public_key: key, notary_is_signatory: true }))[0],
      signer_public_keys: keys,
      flags: { use_free_credit: false, assume_all_signature_proofs: true, skip_epoch_check: true },
    },
    signal,
  );
  const receipt = parsePreviewReceipt(answer.receipt);
  if (receipt.status === "Succeeded") return { status: "Succeeded", feeXrd: totalFeeXrd(receipt) };
  return { status: receipt.status, errorMessage: receipt.errorMessage ?? "" };
}
