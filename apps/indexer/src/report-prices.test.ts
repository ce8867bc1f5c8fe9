import { runPricesSchema } from "@weft/messages";
import { parseDecimal } from "@weft/protocol";
import { createLogger } from "@weft/runtime";
import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { batch, suspectPrices, xrdMarket } from "../test/builders.ts";
import type { MarketPrices } from "./judge-prices.ts";
import { createMetrics } from "./metrics.ts";
import { createPriceReporter, toRunPrices } from "./report-prices.ts";

const ETH = "resource_sim1eth";
const suspect = suspectPrices(ETH);
const accepted: MarketPrices = {
  ...suspect,
  decisions: new Map([
    [ETH, { kind: "accepted", basis: "within_limits", price: parseDecimal("3") }],
  ]),
  suspects: new Map(),
};

it("stores each decision with the numbers and the observation behind it", () => {
  const observation = {
    price: parseDecimal("9"),
    timestampSeconds: 1_795_211_000n,
    transactionHash: "txid_sim1a",
  };
  const market = { ...xrdMarket(), prices: new Map([[ETH, observation]]) };
  expect(runPricesSchema.parse(toRunPrices(suspect, market, batch)).assets).toEqual([
    {
      resource: ETH,
      decision: "suspect",
      because: "outside_band",
      priceXrd: "9",
      comparedWithXrd: "3",
      observedAt: "2026-11-20T21:43:20.000Z",
      transactionHash: "txid_sim1a",
    },
  ]);
  expect(runPricesSchema.parse(toRunPrices(accepted, xrdMarket(), batch)).assets).toMatchObject([
    { decision: "accepted", because: "within_limits", comparedWithXrd: null, observedAt: null },
  ]);
});

it("logs a decision when it changes, and counts it always", async () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    app: "test",
    version: "0",
    level: "info",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const registry = new Registry();
  const report = createPriceReporter({ metrics: createMetrics(registry), log });
  for (const prices of [suspect, suspect, accepted, accepted]) report(prices, xrdMarket());
  expect(lines).toMatchObject([
    { level: "warn", message: "price suspect", asset: ETH, because: "outside_band" },
    { level: "info", message: "price accepted", asset: ETH, because: "within_limits" },
  ]);
  const text = await registry.metrics();
  expect(text).toContain('indexer_price_decisions_total{because="outside_band"} 2');
  expect(text).toContain('indexer_suspect_assets{reason="outside_band"} 0');
  expect(text).toContain(`indexer_asset_suspect_info{asset="${ETH}"} 0`);
  report(suspect, xrdMarket());
  expect(await registry.metrics()).toContain('indexer_suspect_assets{reason="outside_band"} 1');
});
