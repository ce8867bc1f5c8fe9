import { GatewayApiClient } from "@radixdlt/babylon-gateway-api-sdk";
import { RadixEngineToolkit, SerializationMode } from "@radixdlt/radix-engine-toolkit";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLedger } from "./ledger/ledger.ts";
import type { SborNode, SimulatedLedger } from "./ledger/types.ts";
import { createSimulatorServer } from "./server.ts";

const CDPS = 250;
const ACCOUNT = "account_sim12yyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgnjnm68";

/** Simulated time stands still unless a test moves it. */
let ledger: SimulatedLedger;
let server: FastifyInstance;
let client: GatewayApiClient;
let url: string;

beforeAll(async () => {
  ledger = createLedger({
    cdps: CDPS,
    seed: 1,
    commitDelayMs: 0,
    wallNowMs: () => 1_790_000_000_000,
  });
  server = createSimulatorServer({ ledger, seed: 1 });
  url = await server.listen({ host: "127.0.0.1", port: 0 });
  client = GatewayApiClient.initialize({ basePath: url, applicationName: "test" });
});
afterAll(() => server.close());

const control = async (path: string, body: unknown): Promise<unknown> =>
  (await fetch(`${url}/control/${path}`, { method: "POST", body: JSON.stringify(body) })).json();
const headVersion = async () =>
  (await client.transaction.innerClient.transactionConstruction()).ledger_state.state_version;
const allIds = Array.from({ length: CDPS }, (_, index) => `#${index + 1}#`);
const dataOf = async (ids: string[], state_version: number) =>
  (
    await client.state.innerClient.nonFungibleData({
      stateNonFungibleDataRequest: {
        resource_address: ledger.addresses.cdpResource,
        non_fungible_ids: ids,
        at_ledger_state: { state_version },
      },
    })
  ).non_fungible_ids;
const fieldOf = (node: SborNode | undefined, name: string): SborNode | undefined =>
  node?.fields?.find((field) => field.field_name === name);

/** What the toolkit, which knows no schema, makes of bytes. */
const decode = async (hex: string): Promise<unknown> =>
  JSON.parse(
    await RadixEngineToolkit.ScryptoSbor.decodeToString(
      Buffer.from(hex, "hex"),
      242,
      SerializationMode.Programmatic,
    ),
  );
const NAMES = /_name$/;
const bare = (node: unknown): unknown =>
  JSON.parse(JSON.stringify(node, (key, value) => (NAMES.test(key) ? undefined : value)));

describe("the simulator as a whole", () => {
  it("hands out the whole book: each id once, each row with bytes that mean what its JSON says", async () => {
    const version = await headVersion();
    const ids = await client.state.getAllNonFungibleIds(ledger.addresses.cdpResource, undefined, {
      state_version: version,
    });
    expect(ids).toEqual(allIds);
    const pages = [ids.slice(0, 100), ids.slice(100, 200), ids.slice(200)];
    const rows = (await Promise.all(pages.map((page) => dataOf(page, version)))).flat();
    expect(rows.map((row) => row.non_fungible_id).toSorted()).toEqual(allIds.toSorted());
    for (const { is_burned, data } of rows.slice(0, 120)) {
      expect(data === undefined).toBe(is_burned);
      if (data) expect(await decode(data.raw_hex)).toEqual(bare(data.programmatic_json));
    }
  });

  it("leads from the market's state to every price, in the store's own keys", async () => {
    const { items } = await client.state.innerClient.stateEntityDetails({
      stateEntityDetailsRequest: {
        addresses: [ledger.addresses.lendingMarket, ledger.addresses.lendingPool],
      },
    });
    const market = items.find((item) => item.address === ledger.addresses.lendingMarket);
    if (market?.details?.type !== "Component") throw new Error("the market is no component");
    const store = fieldOf(market.details.state as SborNode, "price_cache")?.value as string;
    const { items: keys } = await client.state.innerClient.keyValueStoreKeys({
      stateKeyValueStoreKeysRequest: { key_value_store_address: store },
    });
    const { entries } = await client.state.innerClient.keyValueStoreData({
      stateKeyValueStoreDataRequest: {
        key_value_store_address: store,
        keys: keys.map(({ key }) => ({ key_json: key.programmatic_json })),
      },
    });
    expect(entries.map((entry) => entry.key.raw_hex)).toEqual(keys.map(({ key }) => key.raw_hex));
    const priced = entries.map(({ key }) => (key.programmatic_json as SborNode).value).toSorted();
    expect(priced).toEqual(expect.arrayContaining(Object.values(ledger.addresses.resources)));
    for (const { value } of entries) {
      expect(await decode(value.raw_hex)).toEqual(bare(value.programmatic_json));
    }
  });

  it("keeps the past as it was while prices move and accounts are funded", async () => {
    const balanceAt = async (state_version: number) => {
      const { items } = await client.state.innerClient.stateEntityDetails({
        stateEntityDetailsRequest: { addresses: [ACCOUNT], at_ledger_state: { state_version } },
      });
      return items[0]?.fungible_resources?.items.map((item) =>
        "amount" in item ? item.amount : "",
      );
    };
    const before = await headVersion();
    await control("fund", { account: ACCOUNT, amounts: { XRD: "1000.5" } });
    const after = await headVersion();
    expect(after).toBeGreaterThan(before);
    expect([await balanceAt(before), await balanceAt(after)]).toEqual([[], ["1000.5"]]);
  });

  it("moves time, epochs and rounds only when told", async () => {
    const head = async () =>
      (await client.transaction.innerClient.transactionConstruction()).ledger_state;
    const [first, second] = [await head(), await head()];
    expect(second).toEqual(first);
    expect(await control("advance", { seconds: 3_600 })).toMatchObject({ network: "simulator" });
    const later = await head();
    expect(Date.parse(later.proposer_round_timestamp)).toBeGreaterThan(
      Date.parse(first.proposer_round_timestamp) + 3_500_000,
    );
    expect(later.epoch).toBeGreaterThan(first.epoch);
  });

  it("changes nothing while it is frozen, and says so", async () => {
    await control("faults", { frozen: true });
    const response = await fetch(`${url}/control/fund`, {
      method: "POST",
      body: JSON.stringify({ account: ACCOUNT, amounts: { XRD: "1" } }),
    });
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({ error: expect.stringContaining("frozen") });
    await control("faults", { frozen: null });
  });
});
