import { asNode, SborError, type SborNode } from "./node.ts";

/**
 * SBOR bytes as programmatic JSON, without names: for answers in which the Gateway gave the bytes alone.
 *
 * @param hex of the whole payload, which begins with 5c
 * @param networkId whose prefix addresses get, 0 to 255
 * @throws {SborError} when the bytes are no SBOR
 */
export async function decodeSborHex(hex: string, networkId: number): Promise<SborNode> {
  if (!/^5c([0-9a-f]{2})+$/i.test(hex)) throw new SborError("not the bytes of an SBOR value");
  const { RadixEngineToolkit, SerializationMode } = await import("@radixdlt/radix-engine-toolkit");
  let text: string;
  try {
    text = await RadixEngineToolkit.ScryptoSbor.decodeToString(
      Buffer.from(hex, "hex"),
      networkId,
      SerializationMode.Programmatic,
    );
  } catch (error) {
    throw new SborError(`not the bytes of an SBOR value: ${String(error).slice(0, 200)}`);
  }
  return asNode(JSON.parse(text));
}
