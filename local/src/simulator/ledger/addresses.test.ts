import { RadixEngineToolkit } from "@radixdlt/radix-engine-toolkit";
import { describe, expect, it } from "vitest";
import { ADDRESSES, DEPOSIT_UNITS, LENDERS_ACCOUNT, RESOURCES, STORES } from "./addresses.ts";

describe("addresses of the simulated network", () => {
  it("are the same on every run", () => {
    expect(ADDRESSES.lendingMarket).toBe(
      "component_sim1cpuk8z8d7vx9p6ttqxxtfe5maanxm4fwnhg43pkj5p2qt4v6s2sr23",
    );
  });

  it("have XRD where the toolkit has it", async () => {
    const known = await RadixEngineToolkit.Utils.knownAddresses(242);
    expect(known.resourceAddresses.xrd).toBe(ADDRESSES.xrd);
  });

  it.each([
    ["GlobalGenericComponent", [ADDRESSES.lendingMarket, ADDRESSES.lendingPool]],
    ["GlobalNonFungibleResourceManager", [ADDRESSES.cdpResource, ADDRESSES.transientResource]],
    ["GlobalFungibleResourceManager", Object.values({ ...RESOURCES })],
    ["GlobalFungibleResourceManager", Object.values(DEPOSIT_UNITS)],
    ["InternalKeyValueStore", Object.values(STORES)],
    ["GlobalAccount", [LENDERS_ACCOUNT]],
  ])("are ones the toolkit takes for a %s", async (entity, addresses) => {
    const types = await Promise.all(
      addresses.map((address) => RadixEngineToolkit.Address.entityType(address)),
    );
    expect([...new Set(types.map(String))]).toEqual([entity]);
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});
