import {
  createGatewayClient,
  type GatewayClient,
  type GatewayClientOptions,
} from "../src/gateway/client.ts";
import { createFakeTiming } from "./fake-timing.ts";

/** A client of loopback servers with time that does not pass by itself, and no limit that matters. */
export function createTestClient(
  baseUrls: readonly string[],
  options: Partial<GatewayClientOptions> = {},
): GatewayClient {
  return createGatewayClient({
    baseUrls,
    applicationName: "weft-test",
    applicationVersion: "1.2.3",
    maxInFlight: 8,
    requestsPerSecond: 100_000,
    timeoutMs: 5_000,
    timing: createFakeTiming(),
    ...options,
  });
}

export const LEDGER_STATE = {
  network: "stokenet",
  state_version: 5_000,
  proposer_round_timestamp: "2026-11-20T12:00:00.000Z",
  epoch: 180,
  round: 17,
};

/** For calls that nobody cancels. */
export const SIGNAL = new AbortController().signal;
