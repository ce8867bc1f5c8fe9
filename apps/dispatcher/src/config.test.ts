import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

const complete = {
  NETWORK: "simulator",
  GATEWAY_URLS: "http://127.0.0.1:1",
  LENDING_MARKET: "component_sim1market",
  LENDING_POOL: "component_sim1pool",
  CDP_RESOURCE: "resource_sim1cdp",
  AWS_REGION: "eu-west-1",
  DATA_BUCKET: "weft-data",
  STATE_TABLE: "weft-state",
  INDEX_QUEUE: "weft-index",
};

describe("parseConfig", () => {
  it("fills in what an operator rarely changes", () => {
    expect(parseConfig(complete)).toMatchObject({
      LOG_LEVEL: "info",
      BATCH_SIZE: 500,
      DISPATCH_INTERVAL_SECONDS: 300,
      MAX_HEAD_AGE_SECONDS: 120,
    });
  });

  it.each([
    [{ INDEX_QUEUE: "weft-index.fifo" }, "INDEX_QUEUE: a queue name"],
    [{ BATCH_SIZE: "0" }, "BATCH_SIZE"],
    [{ BATCH_SIZE: "5001" }, "BATCH_SIZE"],
    [{ SCHEDULED_AT: "yesterday" }, "SCHEDULED_AT"],
    [{ NETWORK: "mainnet", CLOCK_URL: "http://127.0.0.1:1" }, "CLOCK_URL: is for the simulator"],
  ])("refuses %j and says what to do", (change, message) => {
    expect(() => parseConfig({ ...complete, ...change })).toThrow(message);
  });

  it("names every fault at once", () => {
    expect(() => parseConfig({ ...complete, INDEX_QUEUE: "", DATA_BUCKET: "" })).toThrow(
      /DATA_BUCKET: is not set\n.*INDEX_QUEUE: is not set/,
    );
  });
});
