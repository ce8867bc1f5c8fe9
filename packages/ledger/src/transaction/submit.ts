import type { GatewayClient } from "../gateway/client.ts";

/**
 * Hands a notarized transaction to the network. Safe to repeat: the ledger commits an intent at most once, and what the
 * Gateway already has is `duplicate`.
 *
 * @throws {GatewayError} `gateway_invalid_transaction` (park) when it is refused; that may mean it is already committed,
 *   so ask its status before judging
 */
export async function submitTransaction(
  client: GatewayClient,
  payloadHex: string,
  signal: AbortSignal,
): Promise<{ readonly duplicate: boolean }> {
  const { duplicate } = await client.submit(payloadHex, signal);
  return { duplicate };
}
