import { expect, test } from "vitest";
import { createSwapRoutes, type SwapPool } from "./swap-routes.ts";

const pool = (name: string, ...pair: readonly [string, string]): SwapPool => ({
  component: `component_${name}`,
  pair,
});
const route = createSwapRoutes([
  pool("usd", "usd", "xrd"),
  pool("btc", "xrd", "btc"),
  pool("usdbtc", "usd", "btc"),
  pool("far", "btc", "eth"),
]);

test.each([
  ["usd", "btc", [{ pool: "component_usdbtc", input: "usd" }]],
  ["xrd", "usd", [{ pool: "component_usd", input: "xrd" }]],
  [
    "xrd",
    "eth",
    [
      { pool: "component_btc", input: "xrd" },
      { pool: "component_far", input: "btc" },
    ],
  ],
  ["usd", "doge", undefined],
])("from %s to %s", (from, to, hops) => {
  expect(route(from, to)).toEqual(hops);
});

test("over three pools there is no way", () => {
  const long = createSwapRoutes([pool("a", "1", "2"), pool("b", "2", "3"), pool("c", "3", "4")]);
  expect([long("1", "3")?.length, long("1", "4")]).toEqual([2, undefined]);
});
