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
  LIQUIDATION_QUEUE: "weft-liquidation.fifo",
  LIQUIDATION_DEAD_LETTER_QUEUE: "weft-liquidation-dlq.fifo",
  SIGNER: "file",
  SIGNING_KEY_FILE: "/var/run/secrets/signer/key",
};

describe("parseConfig", () => {
  it("fills in what an operator rarely changes", () => {
    expect(parseConfig(complete)).toMatchObject({
      EXECUTORS: 10,
      MESSAGES_IN_FLIGHT: 400,
      DRY_RUN: false,
      MIN_PROFIT_XRD: "0.1",
      EPOCH_WINDOW: 2,
      HOLD_FIRE_EPOCHS: 2,
    });
  });

  it('reads DRY_RUN=false as false: the text "false" is truthy only in JavaScript', () => {
    expect(parseConfig({ ...complete, DRY_RUN: "false" }).DRY_RUN).toBe(false);
    expect(parseConfig({ ...complete, DRY_RUN: "true" }).DRY_RUN).toBe(true);
  });

  it.each([
    [{ SIGNING_KEY_FILE: "" }, "SIGNING_KEY_FILE: is needed with SIGNER=file"],
    [{ SIGNER: "kms" }, "SIGNING_KEY_ID: is needed with SIGNER=kms"],
    [
      { SIGNER: "kms", SIGNING_KEY_ID: "alias/weft-mainnet-signer" },
      "SIGNER_ACCOUNT: is needed with SIGNER=kms",
    ],
    [{ SIGNER_ACCOUNT: "component_rdx1" }, "SIGNER_ACCOUNT: an account address"],
    [{ SIGNER: "none" }, "SIGNER: is none: set DRY_RUN=true, or give a signer"],
    [{ EXECUTORS: "50", MESSAGES_IN_FLIGHT: "49" }, "EXECUTORS: is more than MESSAGES_IN_FLIGHT"],
    [{ EXECUTORS: "51" }, "EXECUTORS"],
    [{ LIQUIDATION_QUEUE: "weft-liquidation" }, "LIQUIDATION_QUEUE: a FIFO queue name"],
    [{ MIN_PROFIT_XRD: "-1" }, "MIN_PROFIT_XRD: a decimal such as 0.1"],
    [{ FEE_LOCK_XRD: "0.0" }, "FEE_LOCK_XRD: must be above 0"],
    [
      { SPEND_CEILING_XRD_PER_HOUR: "9.9" },
      "SPEND_CEILING_XRD_PER_HOUR: is less than FEE_LOCK_XRD",
    ],
    [{ MAX_SLIPPAGE: "1.01" }, "MAX_SLIPPAGE: a decimal from 0 to 1"],
    [{ MAX_SWAP_LOSS: "2" }, "MAX_SWAP_LOSS: a decimal from 0 to 1"],
    [{ SWAP_POOLS: "component_sim1a" }, "SWAP_POOLS: must be component=resource/resource"],
    [{ INVENTORY_KEEP: "resource_sim1a=x" }, "INVENTORY_KEEP: must be resource=amount"],
    [{ EPOCH_WINDOW: "1" }, "EPOCH_WINDOW"],
    [{ EPOCH_WINDOW: "3" }, "HOLD_FIRE_EPOCHS: is less than EPOCH_WINDOW"],
    [{ NETWORK: "mainnet", CLOCK_URL: "http://127.0.0.1:1" }, "CLOCK_URL: is for the simulator"],
  ])("refuses %j and says what to do", (change, message) => {
    expect(() => parseConfig({ ...complete, ...change })).toThrow(message);
  });

  it("reads pools that swap, and what has to stay in the account", () => {
    const config = parseConfig({
      ...complete,
      SWAP_POOLS:
        "component_sim1a=resource_sim1x/resource_sim1y, component_sim1b=resource_sim1y/resource_sim1z",
      INVENTORY_KEEP: "resource_sim1x=1.5,resource_sim1y=20",
    });
    expect(config.SWAP_POOLS).toEqual([
      { component: "component_sim1a", pair: ["resource_sim1x", "resource_sim1y"] },
      { component: "component_sim1b", pair: ["resource_sim1y", "resource_sim1z"] },
    ]);
    expect([...config.INVENTORY_KEEP]).toEqual([
      ["resource_sim1x", 15n * 10n ** 17n],
      ["resource_sim1y", 20n * 10n ** 18n],
    ]);
    expect(parseConfig(complete)).toMatchObject({ SWAP_POOLS: [], FLASH_LOANS: true });
  });

  it("takes no signer for a dry run", () => {
    const dryRun = { ...complete, SIGNER: "none", SIGNING_KEY_FILE: "", DRY_RUN: "true" };
    expect(parseConfig(dryRun).SIGNER).toBe("none");
  });
});
