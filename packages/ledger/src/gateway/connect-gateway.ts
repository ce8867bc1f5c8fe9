import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { createGatewayClient, type GatewayClient } from "./client.ts";
import type { GatewayObserver } from "./observer.ts";

/** What an app's configuration says of the Gateway. */
export interface GatewayConfig {
  readonly GATEWAY_URLS: readonly string[];
  readonly GATEWAY_MAX_IN_FLIGHT: number;
  readonly GATEWAY_REQUESTS_PER_SECOND: number;
  readonly GATEWAY_TIMEOUT_MS: number;
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
  return createGatewayClient({
    baseUrls: config.GATEWAY_URLS,
    applicationName: `weft-${app}`,
    applicationVersion: version,
    maxInFlight: config.GATEWAY_MAX_IN_FLIGHT,
    requestsPerSecond: config.GATEWAY_REQUESTS_PER_SECOND,
    timeoutMs: config.GATEWAY_TIMEOUT_MS,
    observe: createGatewayMetrics(app, registry),
  });
}

/** 0 closed, 1 half open, 2 open: a base URL that is given up stands out in any aggregation by maximum. */
const BREAKER_VALUES = { closed: 0, half_open: 1, open: 2 } as const;

function createGatewayMetrics(app: string, registry: Registry): GatewayObserver {
  const registers = [registry];
  const requests = new Histogram({
    name: `${app}_gateway_request_duration_seconds`,
    help: "Requests to the Gateway by endpoint and outcome.",
    labelNames: ["endpoint", "outcome"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const retries = new Counter({
    name: `${app}_gateway_retries_total`,
    help: "Requests to the Gateway that were sent again, by reason.",
    labelNames: ["endpoint", "reason"],
    registers,
  });
  const breakers = new Gauge({
    name: `${app}_gateway_breaker_info`,
    help: "Circuit breaker of each base URL: 0 closed, 1 half open, 2 open.",
    labelNames: ["host"],
    registers,
  });
  return {
    onRequest: ({ endpoint, outcome, durationMs }) =>
      requests.observe({ endpoint, outcome }, durationMs / 1_000),
    onRetry: ({ endpoint, reason }) => retries.inc({ endpoint, reason }),
    onBreaker: ({ baseUrl, state }) =>
      breakers.set({ host: new URL(baseUrl).host }, BREAKER_VALUES[state]),
  };
}
