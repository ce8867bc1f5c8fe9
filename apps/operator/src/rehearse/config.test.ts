import { mainnet } from "@weft/environments";
import { expect, test } from "vitest";
import { UsageError } from "../command-line.ts";
import { resolveRehearsalConfig } from "./config.ts";

const PAYER = "account_rdx1payer";
const SHELL = {
  NETWORK: "stokenet",
  GATEWAY_URLS: "http://127.0.0.1:9",
  GATEWAY_MAX_IN_FLIGHT: "50",
  GATEWAY_REQUESTS_PER_SECOND: "60",
  LENDING_MARKET: "component_sim1market",
  LENDING_POOL: "component_sim1pool",
  CDP_RESOURCE: "resource_sim1cdp",
};

test("a deployment is rehearsed with its own settings, and with the shell's for what it leaves open", () => {
  const pools = "component_rdx1dex=resource_rdx1a/resource_rdx1b";
  const config = resolveRehearsalConfig("mainnet", {
    ...{ NETWORK: "simulator", MIN_PROFIT_XRD: "77", STATE_TABLE: "another", PRICE_BAND: "0.9" },
    ...{ SWAP_POOLS: pools, SIGNER_ACCOUNT: PAYER },
  });
  expect(config).toMatchObject({
    NETWORK: "mainnet",
    GATEWAY_URLS: ["https://mainnet.radixdlt.com"],
    MIN_PROFIT_XRD: mainnet.liquidator.minProfitXrd,
    PRICE_BAND: mainnet.priceGuard.band,
    STATE_TABLE: "weft-mainnet-state",
    SIGNER_ACCOUNT: PAYER,
    SWAP_POOLS: [{ component: "component_rdx1dex", pair: ["resource_rdx1a", "resource_rdx1b"] }],
  });
});

test.each([
  ["stokenet", 4, 10],
  ["mainnet", 4, 10],
  ["simulator", 50, 60],
])("on %s it is %i in flight and %i a second, whatever the shell says", (NETWORK, ...budget) => {
  const config = resolveRehearsalConfig(null, { ...SHELL, NETWORK });
  expect([config.GATEWAY_MAX_IN_FLIGHT, config.GATEWAY_REQUESTS_PER_SECOND]).toEqual(budget);
});

test("an unknown deployment, and a table without its region, are refused", () => {
  expect(() => resolveRehearsalConfig("kind", {})).toThrow(UsageError);
  expect(() => resolveRehearsalConfig(null, { ...SHELL, STATE_TABLE: "weft-state" })).toThrow(
    "AWS_REGION: is needed with STATE_TABLE",
  );
});
