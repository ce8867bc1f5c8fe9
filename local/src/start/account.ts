import { PrivateKey, RadixEngineToolkit } from "@radixdlt/radix-engine-toolkit";

/** The account that a private key controls, without anything having been created on the ledger. */
export async function accountOf(privateKeyHex: string, networkId: number): Promise<string> {
  const key = new PrivateKey.Ed25519(privateKeyHex);
  return RadixEngineToolkit.Derive.virtualAccountAddressFromPublicKey(key.publicKey(), networkId);
}
