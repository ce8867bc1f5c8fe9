import { verify } from "node:crypto";
import {
  GetPublicKeyCommand,
  KMSClient,
  KMSServiceException,
  SignCommand,
} from "@aws-sdk/client-kms";
import { AppError } from "@weft/runtime";
import { publicKeyHexOf, readPublicKey } from "./ed25519.ts";
import type { Signer } from "./signer.ts";

/** What KMS says of a request that it will refuse again until somebody changes the key or its policy. */
const REFUSALS: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "DisabledException",
  "InvalidKeyUsageException",
  "KMSInvalidStateException",
  "NotFoundException",
]);

/** A client for KMS, with credentials from the SDK's own chain; `endpointUrl` is set only where it is not AWS that answers. */
export function createKms({
  region,
  endpointUrl,
}: {
  readonly region: string;
  readonly endpointUrl?: string | undefined;
}): KMSClient {
  return new KMSClient({
    region,
    // First try included: a candidate waits meanwhile, and holds an executor.
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1_000,
      // To the head of the answer; its body has only the time-out of the socket.
      requestTimeout: 3_000,
      socketTimeout: 6_000,
      // Without it the SDK only logs that a request took too long, and goes on waiting.
      throwOnRequestTimeout: true,
    },
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  });
}

/**
 * A signer whose Ed25519 key never leaves KMS. Every signature is verified before it is handed out, so a key that was
 * exchanged behind its alias shows before anything is recorded.
 *
 * @param keyId a key's id, its ARN, or an alias with its leading `alias/`
 * @throws {AppError} `signer_unavailable` (retry) when KMS is throttled or does not answer, `signer_refused` (retry: no
 *   fault of what was to be signed) when it says no, `bad_signing_key` (park) when the key is not Ed25519
 */
export async function createKmsSigner({
  kms,
  keyId,
  signal,
}: {
  readonly kms: KMSClient;
  readonly keyId: string;
  readonly signal: AbortSignal;
}): Promise<Signer> {
  const asked = new GetPublicKeyCommand({ KeyId: keyId });
  const { PublicKey = new Uint8Array() } = await answerOf(keyId, () =>
    kms.send(asked, { abortSignal: signal }),
  );
  const publicKey = readPublicKey(PublicKey);
  return {
    publicKeyHex: publicKeyHexOf(publicKey),
    async sign(hash) {
      const command = new SignCommand({
        KeyId: keyId,
        Message: hash,
        // The hash is the message: Radix signs it with plain Ed25519, not with the pre-hashed kind.
        MessageType: "RAW",
        SigningAlgorithm: "ED25519_SHA_512",
      });
      const { Signature = new Uint8Array() } = await answerOf(keyId, () => kms.send(command));
      if (!verify(null, hash, publicKey, Signature)) {
        throw refused(`the signature by ${keyId} is not of the key that it had at the start`);
      }
      return Signature;
    },
  };
}

async function answerOf<T>(keyId: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    const name = cause instanceof KMSServiceException ? cause.name : "no answer";
    if (REFUSALS.has(name)) throw refused(`KMS refuses ${keyId}: ${name}`, cause);
    throw new AppError("signer_unavailable", `KMS does not serve ${keyId}: ${name}`, {
      disposition: "retry",
      cause,
    });
  }
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError("signer_refused", message, { disposition: "retry", cause });
}
