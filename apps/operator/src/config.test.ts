import { expect, test } from "vitest";
import { UsageError } from "./command-line.ts";
import { resolveConfig } from "./config.ts";

test("a deployment goes by the names of its manifests, whatever the shell says", () => {
  expect(resolveConfig("mainnet", { STATE_TABLE: "another" })).toMatchObject({
    NETWORK: "mainnet",
    AWS_REGION: "eu-west-1",
    STATE_TABLE: "weft-mainnet-state",
    DATA_BUCKET: "weft-mainnet-data-7be1d0-eu-west-1",
    GATEWAY_URLS: ["https://mainnet.radixdlt.com"],
    SPEND_CEILING_XRD_PER_HOUR: "20000",
    BAD_DEBT_COLLATERAL_XRD: "1",
  });
});

test.each(["kind", "testnet"])("%s is no deployment on AWS", (name) => {
  expect(() => resolveConfig(name, {})).toThrow(UsageError);
  expect(() => resolveConfig(name, {})).toThrow(
    `--environment must be stokenet or mainnet, not ${name}`,
  );
});

test("without a deployment the shell has to say where everything is", () => {
  expect(() => resolveConfig(null, { NETWORK: "simulator" })).toThrow("STATE_TABLE: is not set");
});
