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
  INDEX_DEAD_LETTER_QUEUE: "weft-index-dlq",
  LIQUIDATION_QUEUE: "weft-liquidation.fifo",
};

describe("parseConfig", () => {
  it("fills in what an operator rarely changes", () => {
    expect(parseConfig(complete)).toMatchObject({
      BATCHES_IN_FLIGHT: 6,
      CONFIRM_FROM_LTV: "0.99",
      CONFIRM_BATCH_SIZE: 10,
      BAD_DEBT_COLLATERAL_XRD: "1",
      CANDIDATE_TTL_SECONDS: 600,
      PRICE_BAND: "0.2",
      PRICE_HOUR_BAND: "0.35",
      PRICE_DAY_BAND: "0.5",
      PRICE_AGREEMENT: "0.05",
      PRICE_MAX_AGE_SECONDS: 14_400,
      REFERENCE_TOLERANCE: "0.01",
      REFERENCE_MAX_AGE_SECONDS: 300,
    });
  });

  it.each([
    [{ LIQUIDATION_QUEUE: "weft-liquidation" }, "LIQUIDATION_QUEUE: a FIFO queue name"],
    [{ CONFIRM_FROM_LTV: "1.01" }, "liquidatable CDPs would pass unseen"],
    [{ CONFIRM_FROM_LTV: "95%" }, "CONFIRM_FROM_LTV: a decimal such as 0.95"],
    [{ BATCHES_IN_FLIGHT: "0" }, "BATCHES_IN_FLIGHT"],
    [{ PRICE_BAND: "0" }, "PRICE_BAND: must be above 0"],
    [{ PRICE_BAND: "20%" }, "PRICE_BAND: a fraction such as 0.2"],
    [{ PRICE_AGREEMENT: "0.2" }, "PRICE_AGREEMENT: is not below PRICE_BAND"],
    [{ REFERENCE_PRICES_URL: "prices.json" }, "REFERENCE_PRICES_URL"],
    [{ NETWORK: "stokenet", CLOCK_URL: "http://127.0.0.1:1" }, "CLOCK_URL: is for the simulator"],
  ])("refuses %j and says what to do", (change, message) => {
    expect(() => parseConfig({ ...complete, ...change })).toThrow(message);
  });
});
