import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { GatewayObserver } from "./observer.ts";

/** 0 closed, 1 half open, 2 open: a base URL that is given up stands out in any aggregation by maximum. */
const BREAKER_VALUES = { closed: 0, half_open: 1, open: 2 } as const;

/** Every metric of the client, under the app's name. */
export function createGatewayMetrics(
  app: string,
  baseUrls: readonly string[],
  registry: Registry,
): GatewayObserver {
  return {
    ...observeCalls(app, [registry]),
    ...observeLanes(app, [registry]),
    ...observeEndpoints(app, baseUrls, [registry]),
  };
}

function observeCalls(app: string, registers: Registry[]): GatewayObserver {
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
  const givenUp = new Counter({
    name: `${app}_gateway_calls_given_up_total`,
    help: "Calls that failed for good, after whatever retries made sense.",
    labelNames: ["endpoint", "reason"],
    registers,
  });
  return {
    onRequest: ({ endpoint, outcome, durationMs }) =>
      requests.observe({ endpoint, outcome }, durationMs / 1_000),
    onRetry: ({ endpoint, reason }) => retries.inc({ endpoint, reason }),
    onGivenUp: ({ endpoint, reason }) => givenUp.inc({ endpoint, reason }),
  };
}

function observeLanes(app: string, registers: Registry[]): GatewayObserver {
  const wait = new Histogram({
    name: `${app}_gateway_wait_seconds`,
    help: "How long requests waited for a place and their turn before they were sent, by lane.",
    labelNames: ["lane"],
    buckets: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `${app}_gateway_${name}`, help, labelNames: ["lane"], registers });
  const inFlight = gauge("in_flight_requests", "Requests in flight, by lane.");
  const waiting = gauge("waiting_requests", "Requests that wait for a place, by lane.");
  const limit = gauge("in_flight_limit_requests", "How many may be in flight now, by lane.");
  const cuts = new Counter({
    name: `${app}_gateway_limit_cuts_total`,
    help: "How often fewer were allowed in flight than before, by lane and reason.",
    labelNames: ["lane", "reason"],
    registers,
  });
  return {
    onStart: ({ lane, waitedMs }) => wait.observe({ lane }, waitedMs / 1_000),
    onLane: (now) => {
      const { lane } = now;
      inFlight.set({ lane }, now.inFlight);
      waiting.set({ lane }, now.waiting);
      limit.set({ lane }, now.limit);
    },
    onLimitCut: ({ lane, reason }) => cuts.inc({ lane, reason }),
  };
}

function observeEndpoints(
  app: string,
  baseUrls: readonly string[],
  registers: Registry[],
): GatewayObserver {
  const breakers = new Gauge({
    name: `${app}_gateway_breaker_info`,
    help: "Circuit breaker of each base URL: 0 closed, 1 half open, 2 open.",
    labelNames: ["host"],
    registers,
  });
  const changes = new Counter({
    name: `${app}_gateway_breaker_changes_total`,
    help: "Changes of the circuit breaker of each base URL, by the state it changed to.",
    labelNames: ["host", "state"],
    registers,
  });
  const held = new Counter({
    name: `${app}_gateway_held_seconds_total`,
    help: "How long each base URL asked to be left alone.",
    labelNames: ["host"],
    registers,
  });
  const behind = new Counter({
    name: `${app}_gateway_behind_total`,
    help: "Answers of each base URL from an older state than others know of, or than was asked for.",
    labelNames: ["host"],
    registers,
  });
  // A breaker that is not there cannot be told from one that is closed.
  for (const baseUrl of baseUrls) breakers.set({ host: hostOf(baseUrl) }, BREAKER_VALUES.closed);
  return {
    onBreaker: ({ baseUrl, state }) => {
      const host = hostOf(baseUrl);
      breakers.set({ host }, BREAKER_VALUES[state]);
      changes.inc({ host, state });
    },
    onHeld: ({ baseUrl, forMs }) => held.inc({ host: hostOf(baseUrl) }, forMs / 1_000),
    onBehind: ({ baseUrl }) => behind.inc({ host: hostOf(baseUrl) }),
  };
}

const hostOf = (baseUrl: string) => new URL(baseUrl).host;
