import { createSignerFromPrivateKey, type GatewayClient } from "@weft/ledger";
import { expect, it } from "vitest";
import type { Adapters } from "./adapters.ts";
import { parseConfig } from "./config.ts";
import { wireLedger } from "./wire-ledger.ts";

const signal = new AbortController().signal;

function setUp(dryRun: boolean) {
  const submitted: string[] = [];
  const config = parseConfig({
    NETWORK: "simulator",
    GATEWAY_URLS: "http://127.0.0.1:1",
    LENDING_MARKET: "component_sim1market",
    LENDING_POOL: "component_sim1pool",
    CDP_RESOURCE: "resource_sim1cdp",
    AWS_REGION: "us-east-1",
    DATA_BUCKET: "data",
    STATE_TABLE: "state",
    LIQUIDATION_QUEUE: "liquidations.fifo",
    LIQUIDATION_DEAD_LETTER_QUEUE: "liquidations-dead.fifo",
    SIGNER: "file",
    SIGNING_KEY_FILE: "/run/key",
    DRY_RUN: String(dryRun),
  });
  const gateway: Pick<GatewayClient, "submit"> = {
    submit: (payloadHex) => {
      submitted.push(payloadHex);
      return Promise.resolve({ duplicate: false });
    },
  };
  const executor = { signer: createSignerFromPrivateKey("01".repeat(32)), account: "" };
  const adapters = { gateway, executor, market: {} } as Adapters;
  return { ledger: wireLedger(config, adapters), submitted };
}

it("a dry run hands nothing to the network, not even what was signed before it", async () => {
  const dry = setUp(true);
  await dry.ledger.submit("4d22", signal);
  expect(dry.submitted).toEqual([]);
  const wet = setUp(false);
  await wet.ledger.submit("4d22", signal);
  expect(wet.submitted).toEqual(["4d22"]);
});

it("a dry run signs nothing, though it has a key", async () => {
  const { ledger } = setUp(true);
  const built = ledger.build({
    manifest: "",
    startEpochInclusive: 100,
    endEpochExclusive: 102,
    nonce: 1,
  });
  await expect(built).rejects.toMatchObject({ code: "no_signer", disposition: "park" });
});
