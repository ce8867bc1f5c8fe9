import { formatDecimal } from "@weft/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestClient } from "../../test/client.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";
import { readStakingUnits } from "./read-staking-units.ts";

const XRD = "resource_sim1xrd";
const { signal } = new AbortController();
let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());

const unit = (address: string, ...unit_redemption_value: readonly unknown[]) => ({
  address,
  details: {
    type: "FungibleResource",
    native_resource_details: { kind: "ValidatorLiquidStakeUnit", unit_redemption_value },
  },
});
const xrdWorth = (amount: unknown) => ({ resource_address: XRD, amount });

test("tells what redeems for XRD, what is something else, and nothing of what makes no sense", async () => {
  gateway.on("/state/entity/details", {
    json: {
      items: [
        unit("lsu", xrdWorth("1.061803398874989484")),
        unit("two", xrdWorth("1"), xrdWorth("1")),
        unit("other", { resource_address: "resource_sim1usd", amount: "1" }),
        unit("unreadable", xrdWorth("1e5")),
        unit("empty"),
        { address: "token", details: { type: "FungibleResource" } },
        {
          address: "pool_unit",
          details: { native_resource_details: { kind: "OneResourcePoolUnit" } },
        },
        { address: "bare" },
        unit("not_asked_for", xrdWorth("1")),
      ],
    },
  });
  const resources = [
    ...["lsu", "two", "other", "unreadable", "empty", "token", "pool_unit", "bare", "gone"],
  ];
  const found = await readStakingUnits(
    createTestClient([gateway.url]),
    { resources, stateVersion: 912n, xrd: XRD },
    signal,
  );
  expect(Array.from(found.redemptionsXrd, ([r, value]) => [r, formatDecimal(value)])).toEqual([
    ["lsu", "1.061803398874989484"],
  ]);
  expect([...found.others]).toEqual(["token", "pool_unit"]);
  expect(gateway.requests.map(({ body }) => body)).toEqual([
    {
      addresses: resources,
      opt_ins: { native_resource_details: true },
      at_ledger_state: { state_version: 912 },
    },
  ]);
});
