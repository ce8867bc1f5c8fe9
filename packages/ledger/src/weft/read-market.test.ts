import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../../test/client.ts";
import {
  COMPONENTS,
  componentsAnswer,
  ENTRIES,
  MARKET_STATE,
  POOL_STATE,
  STORES,
} from "../../test/market-samples.ts";
import { BTC, CDP_RESOURCE, MARKET, POOL, TERM_RESOURCE, USDC, XRD } from "../../test/samples.ts";
import { struct, u16 } from "../../test/sbor.ts";
import {
  type ScriptedGateway,
  type SeenRequest,
  startScriptedGateway,
} from "../../test/scripted-gateway.ts";
import type { SborNode } from "../sbor/node.ts";
import { readMarket } from "./read-market.ts";
import { resolveMarket } from "./resolve-market.ts";

const DETAILS = "/state/entity/details";
const KEYS = "/state/key-value-store/keys";
const DATA = "/state/key-value-store/data";
const PINNED = { state_version: 5_000 };

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.on(DETAILS, componentsAnswer(COMPONENTS, LEDGER_STATE));
  serve(ENTRIES);
});
afterEach(() => gateway.close());

type Entries = Readonly<Record<string, readonly (readonly [SborNode, SborNode])[]>>;

/** A key-value store as the Gateway has it: keys are listed by page, data is found by hex or by reference. */
function serve(entries: Entries): void {
  const hexOf = (key: SborNode) => Buffer.from(JSON.stringify(key)).toString("hex");
  gateway.on(KEYS, ({ body }: SeenRequest) => {
    const all = entries[body.key_value_store_address] ?? [];
    const from = Number(body.cursor ?? 0);
    const until = from + body.limit_per_page;
    const items = all.slice(from, until).map(([key]) => ({
      key: { raw_hex: hexOf(key), programmatic_json: key },
    }));
    const next_cursor = until < all.length ? String(until) : null;
    return { json: { ledger_state: LEDGER_STATE, items, next_cursor } };
  });
  gateway.on(DATA, ({ body }: SeenRequest) => {
    const asked = new Set(
      body.keys.map((key: { key_hex?: string; key_json?: SborNode }) =>
        key.key_json === undefined ? key.key_hex : hexOf(key.key_json),
      ),
    );
    const found = (entries[body.key_value_store_address] ?? []).filter(([key]) =>
      asked.has(hexOf(key)),
    );
    const items = found.map(([key, value]) => ({
      key: { raw_hex: hexOf(key), programmatic_json: key },
      value: { raw_hex: "5c", programmatic_json: value },
      is_locked: false,
      last_updated_at_state_version: 1,
    }));
    return { json: { ledger_state: LEDGER_STATE, entries: items } };
  });
}

const resolve = () =>
  resolveMarket(
    createTestClient([gateway.url]),
    { lendingMarket: MARKET, lendingPool: POOL, cdpResource: CDP_RESOURCE },
    5_000n,
    SIGNAL,
  );
const read = async () =>
  readMarket(
    createTestClient([gateway.url]),
    await resolve(),
    { stateVersion: 5_000n, ledgerTimeMs: 1_790_000_123_999, xrd: XRD },
    SIGNAL,
  );

describe("the market's components", () => {
  test("tell its stores in one pinned request", async () => {
    expect(await resolve()).toEqual({
      lendingMarket: MARKET,
      lendingPool: POOL,
      cdpResource: CDP_RESOURCE,
      cdpCounter: 1_138n,
      transientResource: TERM_RESOURCE,
      priceExpirationSeconds: 14_400n,
      protocolBonusShare: 200_000_000_000_000_000n,
      stores: STORES,
    });
    expect(gateway.requests.map(({ body }) => body)).toEqual([
      { addresses: [MARKET, POOL], at_ledger_state: PINNED },
    ]);
  });

  test("of which one lends from another pool are refused", async () => {
    const elsewhere = JSON.parse(JSON.stringify(MARKET_STATE).replace(POOL, "component_other"));
    gateway.on(
      DETAILS,
      componentsAnswer({ [MARKET]: elsewhere, [POOL]: POOL_STATE }, LEDGER_STATE),
    );
    await expect(resolve()).rejects.toMatchObject({ code: "market_mismatch", disposition: "park" });
  });

  test("of which the market mints other CDPs than configured are refused", async () => {
    const others = JSON.parse(JSON.stringify(MARKET_STATE).replace(CDP_RESOURCE, "resource_other"));
    gateway.on(DETAILS, componentsAnswer({ [MARKET]: others, [POOL]: POOL_STATE }, LEDGER_STATE));
    await expect(resolve()).rejects.toMatchObject({
      code: "market_mismatch",
      message: `the CDPs of ${MARKET} are of resource_other, not ${CDP_RESOURCE} as configured`,
    });
  });

  test("that are no market say what is missing", async () => {
    gateway.on(
      DETAILS,
      componentsAnswer({ [MARKET]: POOL_STATE, [POOL]: POOL_STATE }, LEDGER_STATE),
    );
    await expect(resolve()).rejects.toThrow("market.lending_pool_proxy: missing");
  });

  test("of which one is not told are an unexpected answer", async () => {
    gateway.on(DETAILS, componentsAnswer({ [MARKET]: MARKET_STATE }, LEDGER_STATE));
    await expect(resolve()).rejects.toMatchObject({ code: "gateway_unexpected_answer" });
  });
});

describe("the market", () => {
  test("is read whole", async () => {
    const config = (loanToValueRatio: bigint) => ({
      loanToValueRatio,
      liquidationThresholdSpread: 50_000_000_000_000_000n,
      liquidationBonusRate: 70_000_000_000_000_000n,
    });
    const seventh = {
      id: 1,
      config: config(750_000_000_000_000_000n),
      version: 7n,
      expiresAtSeconds: null,
    };
    expect(await read()).toEqual({
      stateVersion: 5_000n,
      stakingUnits: new Map(),
      ledgerTimeSeconds: 1_790_000_123n,
      priceExpirationSeconds: 14_400n,
      protocolBonusShare: 200_000_000_000_000_000n,
      xrd: XRD,
      resourceConfigs: new Map([
        [USDC, { priceFeedId: 2, loan: { configId: 0, efficiencyGroupId: 4 }, collateral: null }],
        [
          BTC,
          {
            priceFeedId: 3,
            loan: null,
            collateral: { configId: 1, isolationGroupId: null, efficiencyGroupIds: [4, 5] },
          },
        ],
      ]),
      prices: new Map([
        [
          USDC,
          {
            price: 225_570_000_000_000_000_000n,
            timestampSeconds: 1_790_000_000n,
            transactionHash: "aa01",
          },
        ],
      ]),
      pools: new Map([
        [
          USDC,
          {
            asset: USDC,
            depositUnit: TERM_RESOURCE,
            assetDivisibility: 6,
            loanUnitRatio: 998_351_638_689_145_829_734_000_000_000_000_000n,
            depositUnitRatio: 900_000_000_000_000_000_000_000_000_000_000_000n,
            interestRate: 120_000_000_000_000_000n,
            interestUpdatedAtSeconds: 1_790_000_000n,
          },
        ],
      ]),
      depositUnits: new Map([[TERM_RESOURCE, USDC]]),
      collateralConfigs: {
        current: new Map([[1, seventh]]),
        history: new Map<bigint, unknown>([
          [7n, seventh],
          [
            3n,
            {
              id: 1,
              config: config(800_000_000_000_000_000n),
              version: 3n,
              expiresAtSeconds: 1_790_000_500n,
            },
          ],
        ]),
      },
      loanConfigs: {
        current: new Map([
          [
            0,
            {
              id: 0,
              config: {
                loanValueFactor: 1_000_000_000_000_000_000n,
                loanCloseFactor: 500_000_000_000_000_000n,
              },
              version: 1n,
              expiresAtSeconds: null,
            },
          ],
        ]),
        history: new Map(),
      },
      efficiencyGroups: {
        current: new Map([
          [4, { id: 4, config: { collateralConfigId: 6 }, version: 2n, expiresAtSeconds: null }],
        ]),
        history: new Map(),
      },
    });
  });

  test("takes ten requests, every one pinned", async () => {
    await read();
    const reads = gateway.requests.filter(({ path }) => path !== DETAILS);
    expect(reads).toHaveLength(10);
    for (const { body } of reads) expect(body.at_ledger_state).toEqual(PINNED);
  });

  test("asks for prices and pools by the assets that have a configuration", async () => {
    await read();
    const prices = gateway.requests.find(
      ({ path, body }) => path === DATA && body.key_value_store_address === STORES.priceCache,
    );
    expect(prices?.body.keys).toEqual([
      { key_json: { kind: "Reference", value: USDC } },
      { key_json: { kind: "Reference", value: BTC } },
    ]);
  });

  test("one unreadable entry is left out and told, the others stay", async () => {
    const told: unknown[] = [];
    const [usdc] = ENTRIES[STORES.priceCache] ?? [];
    const broken: readonly [SborNode, SborNode] = [
      { kind: "Reference", value: BTC },
      struct({ cached_value: u16("1") }),
    ];
    serve({ ...ENTRIES, [STORES.priceCache]: usdc === undefined ? [] : [usdc, broken] });
    const market = await readMarket(
      createTestClient([gateway.url]),
      await resolve(),
      {
        stateVersion: 5_000n,
        ledgerTimeMs: 0,
        xrd: XRD,
        onUndecodable: (entry) => told.push(entry),
      },
      SIGNAL,
    );
    expect([...market.prices.keys()]).toEqual([USDC]);
    expect(told).toEqual([
      { store: STORES.priceCache, reason: "cached_value: wanted Decimal, got U16" },
    ]);
  });

  test("a long history is read by pages of 100", async () => {
    const [entry] = ENTRIES[STORES.loanConfigs] ?? [];
    const long = Array.from({ length: 250 }, (_, index): readonly [SborNode, SborNode] => [
      { kind: "Enum", variant_id: "1", fields: [{ kind: "U64", value: String(index) }] },
      entry?.[1] as SborNode,
    ]);
    serve({ ...ENTRIES, [STORES.loanConfigs]: long });
    const { loanConfigs } = await read();
    expect(loanConfigs.history.size).toBe(250);
    const sizes = gateway.requests
      .filter(
        ({ path, body }) => path === DATA && body.key_value_store_address === STORES.loanConfigs,
      )
      .map(({ body }) => body.keys.length);
    expect(sizes).toEqual([100, 100, 50]);
  });
});
