import { z } from "zod";
import { InvalidTransactionError, type PreviewRequest, type Receipt } from "../ledger/types.ts";
import { coreReceipt } from "./core-receipt.ts";
import { type Endpoint, endpoint, type GatewayContext } from "./endpoint.ts";
import { invalidRequest } from "./gateway-error.ts";
import { optionalFlag } from "./request-fields.ts";

const epoch = z.number().int().min(0).nullish();
const publicKey = z.object({
  key_type: z.enum(["EddsaEd25519", "EcdsaSecp256k1"]),
  key_hex: z.string().regex(/^([0-9a-fA-F]{2})+$/, "must be hex"),
});

const previewRequest = z.object({
  manifest: z.string().min(1),
  start_epoch_inclusive: epoch,
  end_epoch_exclusive: epoch,
  notary_public_key: publicKey.nullish(),
  notary_is_signatory: optionalFlag,
  signer_public_keys: z.array(publicKey).nullish(),
  flags: z
    .object({
      use_free_credit: optionalFlag,
      assume_all_signature_proofs: optionalFlag,
      skip_epoch_check: optionalFlag,
    })
    .nullish(),
});

/** Runs on the node's tip, even of a Gateway that lags, and does not say at which version. */
export function previewEndpoints(): readonly Endpoint[] {
  return [endpoint("/transaction/preview", previewRequest, preview)];
}

async function preview(
  { ledger, faults }: GatewayContext,
  request: z.infer<typeof previewRequest>,
) {
  try {
    const receipt = await ledger.preview(ledgerRequest(request));
    const unvaluable = faults.unvaluableCdpIds.find((id) =>
      request.manifest.includes(`NonFungibleLocalId("${id}")`),
    );
    return {
      encoded_receipt: "",
      receipt: coreReceipt(unvaluable === undefined ? receipt : failed(receipt, unvaluable)),
      resource_changes: [],
      logs: [],
    };
  } catch (error) {
    if (error instanceof InvalidTransactionError) throw invalidRequest(error.message);
    throw error;
  }
}

/** As the market fails for every CDP of a call when it cannot value one of them. */
function failed(receipt: Receipt, cdpId: string): Receipt {
  return { ...receipt, status: "Failed", output: [], errorMessage: `cannot value ${cdpId}` };
}

function ledgerRequest(request: z.infer<typeof previewRequest>): PreviewRequest {
  const { start_epoch_inclusive: start, end_epoch_exclusive: end, flags } = request;
  const signers = (request.signer_public_keys ?? []).map((key) => key.key_hex.toLowerCase());
  const notary = request.notary_is_signatory ? request.notary_public_key?.key_hex : undefined;
  return {
    manifest: request.manifest,
    ...(typeof start === "number" && { startEpochInclusive: start }),
    ...(typeof end === "number" && { endEpochExclusive: end }),
    signerPublicKeysHex: notary === undefined ? signers : [...signers, notary.toLowerCase()],
    useFreeCredit: flags?.use_free_credit ?? false,
    assumeAllSignatureProofs: flags?.assume_all_signature_proofs ?? false,
    skipEpochCheck: flags?.skip_epoch_check ?? false,
  };
}
