import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

const state = () => gateway.client.state.innerClient;

describe("state/entity", () => {
  const details = (addresses: string[]) =>
    state().stateEntityDetails({ stateEntityDetailsRequest: { addresses } });

  it("shows the state of a component and the divisibility of a resource, and skips unknown addresses", async () => {
    const { items } = await details([ADDRESS.usdc, ADDRESS.unknownResource, ADDRESS.market]);
    expect(items.map((item) => [item.address, item.details])).toEqual([
      [
        ADDRESS.market,
        {
          type: "Component",
          blueprint_name: "LendingMarket",
          blueprint_version: "1.0.0",
          state: {
            kind: "Tuple",
            type_name: "LendingMarket",
            fields: [{ kind: "U64", field_name: "cdp_counter", value: "250" }],
          },
        },
      ],
      [ADDRESS.usdc, expect.objectContaining({ type: "FungibleResource", divisibility: 6 })],
    ]);
  });

  it("shows what an account holds, summed up over its vaults", async () => {
    const { items } = await details([ADDRESS.account]);
    const holding = { aggregation_level: "Global", last_updated_at_state_version: 100 };
    expect(items[0]?.fungible_resources).toEqual({
      total_count: 2,
      items: [
        { ...holding, resource_address: ADDRESS.usdc, amount: "7" },
        { ...holding, resource_address: ADDRESS.xrd, amount: "120.5" },
      ],
    });
  });

  it("pages through an account that holds more than a page", async () => {
    const page = (fields: object) =>
      state().entityFungiblesPage({
        stateEntityFungiblesPageRequest: {
          address: ADDRESS.account,
          limit_per_page: 1,
          ...fields,
        },
      });
    const first = await page({});
    expect([first.total_count, first.items[0]?.resource_address]).toEqual([2, ADDRESS.usdc]);
    const second = await page({
      cursor: first.next_cursor,
      at_ledger_state: { state_version: 100 },
    });
    expect(second.items[0]?.resource_address).toBe(ADDRESS.xrd);
    expect(second.next_cursor).toBeUndefined();
  });

  it("takes 20 addresses and refuses 21", async () => {
    const ask = (count: number) =>
      gateway.post("/state/entity/details", { addresses: Array(count).fill(ADDRESS.account) });
    expect((await ask(20)).status).toBe(200);
    expect((await ask(21)).status).toBe(400);
  });

  it("refuses to aggregate by vault", async () => {
    const body = { addresses: [ADDRESS.account], aggregation_level: "Vault" };
    const response = await gateway.post("/state/entity/details", body);
    expect(await response.json()).toMatchObject({
      details: { validation_errors: [{ path: "aggregation_level" }] },
    });
  });
});
