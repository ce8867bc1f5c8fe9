import { createPublicKey, type KeyObject, verify } from "node:crypto";
import {
  defaultValidationConfig,
  type NotarizedTransaction,
  RadixEngineToolkit,
} from "@radixdlt/radix-engine-toolkit";
import { ADDRESSES } from "./addresses.ts";

const keys = new Map<string, KeyObject>();

/**
 * Why a transaction is not valid in itself, or null. Ed25519 signatures are verified by Node, with the
 * toolkit's hashes and its own validation of the manifest: the toolkit's verification in WASM takes five
 * milliseconds, which at a burst of transactions would be what the simulator's caller waits for. Anything
 * signed with the other curve goes through the toolkit whole.
 */
export async function invalidity(
  transaction: NotarizedTransaction,
  {
    intentHash,
    signedIntentHash,
    bytes,
  }: { intentHash: Uint8Array; signedIntentHash: Uint8Array; bytes: Uint8Array },
): Promise<string | null> {
  const config = defaultValidationConfig(ADDRESSES.networkId);
  const { signedIntent, notarySignature } = transaction;
  const { header, manifest } = signedIntent.intent;
  const curves = [header.notaryPublicKey, ...signedIntent.intentSignatures].map(
    ({ curve }) => curve,
  );
  if (curves.some((curve) => curve !== "Ed25519")) {
    const checked = await RadixEngineToolkit.NotarizedTransaction.staticallyValidate(
      transaction,
      config,
    );
    return checked.kind === "Valid" ? null : checked.error;
  }
  if (header.networkId !== config.networkId) {
    return `it is for network ${header.networkId}, this is ${config.networkId}`;
  }
  const epochs = header.endEpochExclusive - header.startEpochInclusive;
  if (epochs <= 0 || epochs > Number(config.maxEpochRange)) {
    return `its epochs ${header.startEpochInclusive} to ${header.endEpochExclusive} are no valid range`;
  }
  if (bytes.length > Number(config.maxNotarizedPayloadSize)) {
    return "it is too large";
  }
  const signers = signedIntent.intentSignatures.map(({ publicKey, signature }) => ({
    publicKey: publicKey ?? new Uint8Array(),
    signature,
  }));
  if (signers.some(({ publicKey, signature }) => !isSigned(intentHash, publicKey, signature))) {
    return "an intent signature is wrong";
  }
  if (!isSigned(signedIntentHash, header.notaryPublicKey.bytes, notarySignature.bytes)) {
    return "the notary signature is wrong";
  }
  const checked = await RadixEngineToolkit.Instructions.staticallyValidate(
    manifest.instructions,
    config.networkId,
  );
  return checked.kind === "Valid" ? null : checked.error;
}

function isSigned(message: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): boolean {
  return publicKey.length === 32 && verify(null, message, keyOf(publicKey), signature);
}

function keyOf(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString("base64url");
  const known = keys.get(x);
  if (known !== undefined) {
    return known;
  }
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  keys.set(x, key);
  return key;
}
