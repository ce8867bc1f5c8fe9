import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { connectGateway } from "./connect-gateway.ts";
import { createGatewayMetrics } from "./gateway-metrics.ts";

const signal = new AbortController().signal;

test("counts what it asks under the app's name, and tells the Gateway who asks", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.headers["rdx-app-name"]));
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        ledger_state: {
          network: "simulator",
          state_version: 7,
          proposer_round_timestamp: "2026-11-20T22:00:00.000Z",
          epoch: 1,
          round: 1,
        },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const registry = new Registry();
  const client = connectGateway(
    {
      GATEWAY_URLS: [`http://127.0.0.1:${address.port}`],
      GATEWAY_MAX_IN_FLIGHT: 1,
      GATEWAY_REQUESTS_PER_SECOND: 100,
      GATEWAY_TIMEOUT_MS: 5_000,
      GATEWAY_CALL_BUDGET_MS: 30_000,
    },
    { app: "indexer", version: "1.2.3", registry },
  );
  await client.construction(signal);
  server.close();
  server.closeAllConnections();
  expect(asked).toEqual(["weft-indexer"]);
  expect(await registry.metrics()).toContain(
    'indexer_gateway_request_duration_seconds_count{endpoint="/transaction/construction",outcome="ok"} 1',
  );
  expect(await registry.metrics()).toContain(
    'indexer_gateway_in_flight_limit_requests{lane="reads"} 1',
  );
});

test("every metric of the client is in docs/metrics.md, and no other", () => {
  const registry = new Registry();
  createGatewayMetrics("app", ["http://127.0.0.1:1"], registry);
  const listed = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, name, kind] = /^\| `<program>(_gateway_\w+)` \| (\w+) /.exec(line) ?? [];
      return name === undefined ? [] : [`app${name} ${kind}`];
    });
  const exported = registry.getMetricsAsArray().map(({ name, type }) => `${name} ${type}`);
  expect(listed.toSorted()).toEqual(exported.toSorted());
});

test("tells of limits, refusals, breakers and replicas that are behind, each by its own labels", async () => {
  const registry = new Registry();
  const observe = createGatewayMetrics("app", ["http://a:1", "http://b:2"], registry);
  observe.onStart?.({ lane: "finality", waitedMs: 40 });
  observe.onGivenUp?.({ endpoint: "/status", reason: "gateway_timeout" });
  observe.onLimitCut?.({ lane: "reads", reason: "latency" });
  observe.onBreaker?.({ baseUrl: "http://b:2", state: "open" });
  observe.onHeld?.({ baseUrl: "http://a:1", forMs: 3_000 });
  observe.onBehind?.({ baseUrl: "http://a:1" });
  const lines = (await registry.metrics()).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'app_gateway_wait_seconds_sum{lane="finality"} 0.04',
      'app_gateway_calls_given_up_total{endpoint="/status",reason="gateway_timeout"} 1',
      'app_gateway_limit_cuts_total{lane="reads",reason="latency"} 1',
      'app_gateway_breaker_info{host="a:1"} 0',
      'app_gateway_breaker_info{host="b:2"} 2',
      'app_gateway_breaker_changes_total{host="b:2",state="open"} 1',
      'app_gateway_held_seconds_total{host="a:1"} 3',
      'app_gateway_behind_total{host="a:1"} 1',
    ]),
  );
});
