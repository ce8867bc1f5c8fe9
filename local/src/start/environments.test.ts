import { expect, test } from "vitest";
import { appVariables, type EnvironmentFacts, exportLines } from "./environments.ts";
import { keepLines } from "./keep.ts";

const facts: EnvironmentFacts = {
  network: "simulator",
  gatewayUrls: ["http://127.0.0.1:1000"],
  lendingMarket: "component_market",
  lendingPool: "component_pool",
  cdpResource: "resource_cdp",
  clockUrl: "http://127.0.0.1:1000/control/clock",
  endpoints: {
    sqsUrl: "http://127.0.0.1:1001",
    s3Url: "http://127.0.0.1:1001",
    dynamodbUrl: "http://127.0.0.1:1002",
  },
  keyFile: "/runs/key.hex",
  swapPools: "",
  inventoryKeep: "",
  dryRun: false,
  indexers: 2,
  liquidators: 2,
};

test("the Gateway budget is divided among the processes of a kind", () => {
  const two = appVariables(facts);
  expect(two.indexer.GATEWAY_MAX_IN_FLIGHT).toBe("8");
  expect(two.liquidator.GATEWAY_MAX_IN_FLIGHT).toBe("25");
  expect(two.liquidator.EXECUTORS).toBe("10");
  const many = appVariables({ ...facts, indexers: 32, liquidators: 32 });
  expect(many.indexer.GATEWAY_MAX_IN_FLIGHT).toBe("1");
  expect(many.liquidator.EXECUTORS).toBe("1");
});

test("the key is a file for the liquidator alone", () => {
  const { dispatcher, indexer, liquidator } = appVariables(facts);
  expect(liquidator).toMatchObject({ SIGNER: "file", SIGNING_KEY_FILE: "/runs/key.hex" });
  expect(JSON.stringify({ dispatcher, indexer })).not.toContain("key.hex");
});

test("a rehearsal has no key, and a public network no clock and a modest budget", () => {
  const { liquidator, indexer } = appVariables({
    ...facts,
    network: "mainnet",
    clockUrl: null,
    dryRun: true,
  });
  expect(liquidator).toMatchObject({ SIGNER: "none", DRY_RUN: "true", NETWORK: "mainnet" });
  expect(Object.keys(liquidator)).not.toContain("SIGNING_KEY_FILE");
  expect(Object.keys(liquidator)).not.toContain("CLOCK_URL");
  expect(indexer).toMatchObject({
    GATEWAY_MAX_IN_FLIGHT: "4",
    GATEWAY_REQUESTS_PER_SECOND: "10",
  });
});

test("export lines survive a quote in a value", () => {
  expect(exportLines({ A: "it's", B: "2" })).toEqual(["export A='it'\\''s'", "export B='2'"]);
});

test("what stays up is listed with what to type for one program more", () => {
  const lines = keepLines(
    {
      gatewayUrls: facts.gatewayUrls,
      control: null,
      endpoints: facts.endpoints,
      opsUrls: new Map([["indexer-1", "http://127.0.0.1:1003"]]),
      variables: appVariables(facts),
    },
    ".weft/runs/x",
  );
  expect(lines).toContain("  indexer-1      http://127.0.0.1:1003/metrics");
  expect(lines.filter((line) => line === "export NETWORK='simulator'")).toHaveLength(1);
  const liquidator = lines.indexOf("# liquidator: also in .weft/runs/x/env.liquidator.sh");
  expect(lines.slice(liquidator)).toContain("export SIGNING_KEY_FILE='/runs/key.hex'");
  expect(lines.at(-2)).toBe("npx node build/liquidator/main.mjs");
});
