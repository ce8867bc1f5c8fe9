/** The address of the account that a key controls from the beginning, on a network (an id from 0 to 255). */
export async function accountAddressOf(publicKeyHex: string, networkId: number): Promise<string> {
  const { PublicKey, RadixEngineToolkit } = await import("@radixdlt/radix-engine-toolkit");
  return RadixEngineToolkit.Derive.virtualAccountAddressFromPublicKey(
    new PublicKey.Ed25519(publicKeyHex),
    networkId,
  );
}
