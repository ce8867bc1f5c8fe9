import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { AppError } from "@weft/runtime";
import { publicKeyHexOf } from "./ed25519.ts";

/** Whoever holds an Ed25519 key: a file here, a key management service elsewhere. */
export interface Signer {
  /** 32 bytes as lower-case hexadecimal text. */
  readonly publicKeyHex: string;
  /** The 64-byte signature of the 32 bytes of a hash, which are the message: they are not hashed beforehand. */
  sign(hash: Uint8Array): Promise<Uint8Array>;
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY = /^[0-9a-f]{64}$/i;

/**
 * A signer with the key in memory.
 *
 * @param privateKeyHex 32 bytes as hexadecimal text; never part of an error
 * @throws {AppError} `bad_signing_key` (park) on anything else
 */
export function createSignerFromPrivateKey(privateKeyHex: string): Signer {
  if (!KEY.test(privateKeyHex)) {
    throw new AppError("bad_signing_key", "a signing key is 64 hexadecimal digits", {
      disposition: "park",
    });
  }
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, Buffer.from(privateKeyHex, "hex")]),
    format: "der",
    type: "pkcs8",
  });
  return {
    publicKeyHex: publicKeyHexOf(createPublicKey(key)),
    sign: (hash) => Promise.resolve(new Uint8Array(sign(null, hash, key))),
  };
}
