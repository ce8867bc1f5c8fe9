import { Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { createMetrics, readMetrics } from "./metrics.ts";

it("names every metric after the program, with its unit last", async () => {
  const registry = new Registry();
  createMetrics(registry);
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  expect(names.filter((name) => !/^dispatcher_[a-z_]+_(seconds|cdps|total)$/.test(name))).toEqual(
    [],
  );
});

it("tells the values of a run in one flat object", async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.expected.set(1_138);
  const requests = new Histogram({
    name: "dispatcher_gateway_request_duration_seconds",
    help: "Another part's metric, with labels and buckets.",
    labelNames: ["endpoint", "outcome"],
    registers: [registry],
  });
  requests.observe({ endpoint: "/status", outcome: "ok" }, 0.25);
  expect(await readMetrics(registry)).toMatchObject({
    dispatcher_expected_cdps: 1138,
    'dispatcher_gateway_request_duration_seconds_count{endpoint="/status",outcome="ok"}': 1,
    'dispatcher_gateway_request_duration_seconds_sum{endpoint="/status",outcome="ok"}': 0.25,
  });
});

it("says nothing of what the run did not come to know, rather than 0", async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.headAge.set(600);
  metrics.staleHeads.inc();
  expect(await readMetrics(registry)).toEqual({
    dispatcher_head_age_seconds: 600,
    dispatcher_stale_heads_total: 1,
    dispatcher_batches_total: 0,
  });
});
