import { AppError } from "@weft/runtime";
import type { GatewayClient } from "../gateway/client.ts";
import { readAt, type SborNode } from "../sbor/node.ts";
import { getCdpManifest } from "../transaction/manifests.ts";
import { parsePreviewReceipt } from "../transaction/receipt.ts";
import { type LedgerHealth, readHealthById } from "./decode-health.ts";

/**
 * The ledger ran `get_cdp` and it failed, as it does for every CDP of a request when one of them cannot be valued
 * (an expired price, a burned id): ask for fewer to find it.
 */
export class PreviewFailedError extends AppError {
  readonly status: "Failed" | "Rejected";
  /** The ledger's own words, cut to 1,000 characters. For people: nothing may depend on them. */
  readonly errorMessage: string;

  constructor(status: "Failed" | "Rejected", errorMessage: string) {
    super("preview_failed", `get_cdp ${status.toLowerCase()}: ${errorMessage}`, {
      disposition: "retry",
    });
    this.name = "PreviewFailedError";
    this.status = status;
    this.errorMessage = errorMessage;
  }
}

/**
 * The market's own health of some CDPs, at the ledger's tip: a preview cannot be pinned. One request; about ten ids are
 * what callers of this protocol ask for at once.
 *
 * @throws {PreviewFailedError} when the ledger cannot value one of them
 * @throws {GatewayError} with `askForLess` when so many took the Gateway too long
 * @throws {SborError} when the result is not what we know how to read
 */
export async function previewHealth(
  client: GatewayClient,
  request: {
    readonly lendingMarket: string;
    readonly ids: readonly string[];
    readonly signal: AbortSignal;
    /** Before all reads that wait. @default false */
    readonly urgent?: boolean;
  },
): Promise<ReadonlyMap<string, LedgerHealth>> {
  const { lendingMarket, ids, signal, urgent = false } = request;
  if (ids.length === 0) return new Map();
  const answer = await client.preview(
    {
      manifest: getCdpManifest(lendingMarket, ids),
      start_epoch_inclusive: 1,
      end_epoch_exclusive: 2,
      nonce: 1,
      signer_public_keys: [],
      flags: { use_free_credit: true, assume_all_signature_proofs: true, skip_epoch_check: true },
    },
    signal,
    { divisible: ids.length > 1, urgent },
  );
  const { status, output, errorMessage } = parsePreviewReceipt(answer.receipt);
  if (status !== "Succeeded") throw new PreviewFailedError(status, errorMessage ?? "");
  return readAt("get_cdp", output[0] as SborNode | undefined, readHealthById);
}
