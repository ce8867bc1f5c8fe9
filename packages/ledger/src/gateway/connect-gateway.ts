import type { Registry } from "prom-client";
import { createGatewayClient, type GatewayClient } from "./client.ts";
import { createGatewayMetrics } from "./gateway-metrics.ts";

/** What an app's configuration says of the Gateway. */
export interface GatewayConfig {
  readonly GATEWAY_URLS: readonly string[];
  readonly GATEWAY_MAX_IN_FLIGHT: number;
  /** Of the programs that bring transactions to their end. */
  readonly GATEWAY_FINALITY_IN_FLIGHT?: number;
  readonly GATEWAY_REQUESTS_PER_SECOND: number;
  readonly GATEWAY_TIMEOUT_MS: number;
  readonly GATEWAY_CALL_BUDGET_MS: number;
}

/** A client as an app's configuration wants it, counted in the app's registry under the app's name. */
export function connectGateway(
  config: GatewayConfig,
  {
    app,
    version,
    registry,
  }: { readonly app: string; readonly version: string; readonly registry: Registry },
): GatewayClient {
  const { GATEWAY_FINALITY_IN_FLIGHT: finality } = config;
  return createGatewayClient({
    baseUrls: config.GATEWAY_URLS,
    applicationName: `weft-${app}`,
    applicationVersion: version,
    maxInFlight: config.GATEWAY_MAX_IN_FLIGHT,
    ...(finality === undefined ? {} : { lanes: { finality } }),
    requestsPerSecond: config.GATEWAY_REQUESTS_PER_SECOND,
    timeoutMs: config.GATEWAY_TIMEOUT_MS,
    budgetMs: config.GATEWAY_CALL_BUDGET_MS,
    observe: createGatewayMetrics(app, config.GATEWAY_URLS, registry),
  });
}
