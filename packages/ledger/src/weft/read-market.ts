import type { ConfigBook, ConfigEntry, Market, Pool, Price, ResourceConfig } from "@weft/protocol";
import { inParallel } from "@weft/runtime";
import type { GatewayClient } from "../gateway/client.ts";
import type { SborReader } from "../sbor/node.ts";
import { readReference } from "../sbor/readers.ts";
import {
  configEntryOf,
  readCollateralConfig,
  readConfigKey,
  readEfficiencyGroup,
  readLoanConfig,
  readPool,
  readPrice,
  readResourceConfig,
} from "./decode-market.ts";
import {
  decodeEntries,
  readEntries,
  readKeys,
  type StoreAt,
  type StoreKey,
  type UndecodableEntry,
} from "./read-store.ts";
import type { MarketEntities } from "./resolve-market.ts";

export interface MarketPoint {
  /** The version that every request is pinned to. */
  readonly stateVersion: bigint;
  /** Ledger time of that version, milliseconds since 1970. */
  readonly ledgerTimeMs: number;
  readonly xrd: string;
  /**
   * Hears of an entry that cannot be read. It is left out, so that what depends on it cannot be valued and the rest can.
   * @default nobody hears
   */
  readonly onUndecodable?: (entry: UndecodableEntry) => void;
}

interface Reading {
  readonly client: GatewayClient;
  readonly stateVersion: bigint;
  readonly onUndecodable: (entry: UndecodableEntry) => void;
}

type Part = (reading: Reading, signal: AbortSignal) => Promise<Partial<Market>>;

/**
 * Everything besides the CDPs that health depends on, but staking units, at one version: ten requests for a market with up to 100 assets
 * and up to 100 versions of each kind of configuration, two round trips.
 */
export async function readMarket(
  client: GatewayClient,
  entities: MarketEntities,
  point: MarketPoint,
  signal: AbortSignal,
): Promise<Market> {
  const { stores, priceExpirationSeconds, protocolBonusShare } = entities;
  const { stateVersion, ledgerTimeMs, xrd, onUndecodable = () => {} } = point;
  const reading: Reading = { client, stateVersion, onUndecodable };
  const parts: Part[] = [
    (r, s) => readAssets(r, entities, s),
    async (r, s) => ({
      collateralConfigs: await readBook(r, stores.collateralConfigs, readCollateralConfig, s),
    }),
    async (r, s) => ({ loanConfigs: await readBook(r, stores.loanConfigs, readLoanConfig, s) }),
    async (r, s) => ({
      efficiencyGroups: await readBook(r, stores.efficiencyGroups, readEfficiencyGroup, s),
    }),
  ];
  const read = await inParallel(
    parts.map((part) => (partSignal: AbortSignal) => part(reading, partSignal)),
    signal,
  );
  return Object.assign(
    {
      stateVersion,
      ledgerTimeSeconds: BigInt(Math.floor(ledgerTimeMs / 1_000)),
      priceExpirationSeconds,
      protocolBonusShare,
      xrd,
      stakingUnits: new Map(),
    },
    ...read,
  ) as Market;
}

type Assets = Pick<Market, "resourceConfigs" | "prices" | "pools" | "depositUnits">;

/** The assets are what the market has a resource configuration for; prices and pools are asked for by the same keys. */
async function readAssets(
  reading: Reading,
  { stores }: MarketEntities,
  signal: AbortSignal,
): Promise<Assets> {
  const { client, stateVersion } = reading;
  const listed = await readKeys(client, { store: stores.resourceConfigs, stateVersion }, signal);
  const assets: string[] = [];
  decodeEntries(
    { store: stores.resourceConfigs, stateVersion },
    listed.map(({ json }) => ({ key: json, value: json })),
    (key) => assets.push(readReference(key)),
    reading.onUndecodable,
  );
  const keys = assets.map((value): StoreKey => ({ key_json: { kind: "Reference", value } }));
  const resourceConfigs = new Map<string, ResourceConfig>();
  const prices = new Map<string, Price>();
  const pools = new Map<string, Pool>();
  const fills: readonly [string, Parameters<typeof decodeEntries>[2]][] = [
    [
      stores.resourceConfigs,
      (key, value) => resourceConfigs.set(readReference(key), readResourceConfig(value)),
    ],
    [stores.priceCache, (key, value) => prices.set(readReference(key), readPrice(value))],
    [
      stores.resourcePools,
      (key, value) => pools.set(readReference(key), readPool(readReference(key), value)),
    ],
  ];
  await inParallel(
    fills.map(([store, decode]) => async (fillSignal: AbortSignal) => {
      const at: StoreAt = { store, stateVersion };
      const entries = await readEntries(client, at, keys, fillSignal);
      decodeEntries(at, entries, decode, reading.onUndecodable);
    }),
    signal,
  );
  const depositUnits = new Map([...pools].map(([asset, pool]) => [pool.depositUnit, asset]));
  return { resourceConfigs, prices, pools, depositUnits };
}

async function readBook<C>(
  { client, stateVersion, onUndecodable }: Reading,
  store: string,
  reader: SborReader<C>,
  signal: AbortSignal,
): Promise<ConfigBook<C>> {
  const at: StoreAt = { store, stateVersion };
  const listed = await readKeys(client, at, signal);
  const keys = listed.map(({ hex }): StoreKey => ({ key_hex: hex }));
  const entries = await readEntries(client, at, keys, signal);
  const readEntry = configEntryOf(reader);
  const current = new Map<number, ConfigEntry<C>>();
  const history = new Map<bigint, ConfigEntry<C>>();
  decodeEntries(
    at,
    entries,
    (keyNode, valueNode) => {
      const key = readConfigKey(keyNode);
      const entry = readEntry(valueNode);
      if (key.kind === "current") current.set(key.id, entry);
      else history.set(key.version, entry);
    },
    onUndecodable,
  );
  return { current, history };
}
