import { createPublicKey, type KeyObject } from "node:crypto";
import { AppError } from "@weft/runtime";

/**
 * The 32 bytes of an Ed25519 public key, as lower-case hexadecimal text.
 *
 * @throws {AppError} `bad_signing_key` (park) when the key is of another kind
 */
export function publicKeyHexOf(key: KeyObject): string {
  const { crv, x = "" } = key.export({ format: "jwk" });
  if (crv !== "Ed25519") {
    throw new AppError("bad_signing_key", `the signing key is ${crv}, not Ed25519`, {
      disposition: "park",
    });
  }
  return Buffer.from(x, "base64url").toString("hex");
}

/**
 * A public key as a key management service tells it: DER, SubjectPublicKeyInfo.
 *
 * @throws {AppError} `bad_signing_key` (park) when it is no public key
 */
export function readPublicKey(der: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch (cause) {
    throw new AppError("bad_signing_key", "what came as a public key is none", {
      disposition: "park",
      cause,
    });
  }
}
