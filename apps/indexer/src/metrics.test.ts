import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";

it("names every metric after the program, with its unit last", () => {
  const registry = new Registry();
  createMetrics(registry);
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  expect(
    names.filter((name) => !/^indexer_[a-z_]+_(seconds|total|assets|info)$/.test(name)),
  ).toEqual([]);
});

it("shows every verdict from the start", async () => {
  const registry = new Registry();
  createMetrics(registry);
  const text = await registry.metrics();
  expect(text).toContain('indexer_cdps_total{verdict="bad_debt"} 0');
  expect(text).toContain('indexer_batches_total{verdict="park"} 0');
});
