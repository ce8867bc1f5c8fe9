import { createHash } from "node:crypto";
import { encodeBech32m } from "./bech32m.ts";
import { ASSETS, type Asset } from "./prices.ts";
import type { SimulatorAddresses } from "./types.ts";

/** First byte of an address says what the entity is (radix-engine-interface `EntityType`). */
const ENTITY = {
  component: [0xc0, "component_sim"],
  account: [0xc1, "account_sim"],
  fungible: [0x5d, "resource_sim"],
  nonFungible: [0x9a, "resource_sim"],
  keyValueStore: [0xb0, "internal_keyvaluestore_sim"],
  vault: [0x58, "internal_vault_sim"],
  object: [0xf8, "internal_component_sim"],
} as const satisfies Record<string, readonly [number, string]>;

/** Where the market and the pool keep what. */
export interface StoreAddresses {
  readonly priceCache: string;
  readonly resourceConfigs: string;
  readonly nftResourceConfigs: string;
  readonly loanConfigs: string;
  readonly collateralConfigs: string;
  readonly efficiencyGroups: string;
  readonly isolationGroups: string;
  readonly priceFeeds: string;
  readonly loanServices: string;
  readonly collateralServices: string;
  readonly loanRatioCache: string;
  readonly depositRatioCache: string;
  readonly resourcePools: string;
}

/** An address of network 242 that is the same wherever and whenever the simulator runs. */
export function addressOf(entity: keyof typeof ENTITY, label: string): string {
  const [type, humanReadablePart] = ENTITY[entity];
  const hash = createHash("sha256").update(`weft-simulator/${entity}/${label}`).digest();
  return encodeBech32m(humanReadablePart, Uint8Array.of(type, ...hash.subarray(0, 29)));
}

/** XRD of network 242, as the toolkit's list of well-known addresses has it. */
const XRD = "resource_sim1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxakj8n3";

export const RESOURCES: Readonly<Record<string, string>> = bySymbol((symbol) =>
  symbol === "XRD" ? XRD : addressOf("fungible", symbol),
);

export const DEPOSIT_UNITS: Readonly<Record<string, string>> = bySymbol((symbol) =>
  addressOf("fungible", `w2-${symbol}`),
);

/** Swap an asset for XRD and back; a swap of two others goes over both. */
const DEX_POOLS: Readonly<Record<string, string>> = Object.fromEntries(
  ASSETS.filter(({ symbol }) => symbol !== "XRD").map(({ symbol }) => [
    symbol,
    addressOf("component", `dex/${symbol}`),
  ]),
);

export const ADDRESSES: SimulatorAddresses = {
  network: "simulator",
  networkId: 242,
  lendingMarket: addressOf("component", "lending-market"),
  lendingPool: addressOf("component", "lending-pool"),
  cdpResource: addressOf("nonFungible", "cdp"),
  transientResource: addressOf("nonFungible", "flash-loan-term"),
  xrd: XRD,
  resources: RESOURCES,
  depositUnits: DEPOSIT_UNITS,
  claimNft: addressOf("nonFungible", "claim"),
  dexPools: DEX_POOLS,
};

export const STORES: StoreAddresses = {
  priceCache: addressOf("keyValueStore", "price-cache"),
  resourceConfigs: addressOf("keyValueStore", "resource-configs"),
  nftResourceConfigs: addressOf("keyValueStore", "nft-resource-configs"),
  loanConfigs: addressOf("keyValueStore", "loan-configs"),
  collateralConfigs: addressOf("keyValueStore", "collateral-configs"),
  efficiencyGroups: addressOf("keyValueStore", "efficiency-groups"),
  isolationGroups: addressOf("keyValueStore", "isolation-groups"),
  priceFeeds: addressOf("keyValueStore", "price-feeds"),
  loanServices: addressOf("keyValueStore", "loan-services"),
  collateralServices: addressOf("keyValueStore", "collateral-services"),
  loanRatioCache: addressOf("keyValueStore", "loan-ratio-cache"),
  depositRatioCache: addressOf("keyValueStore", "deposit-ratio-cache"),
  resourcePools: addressOf("keyValueStore", "resource-pools"),
};

/** Holds every deposit unit that no CDP holds: the lenders nobody here looks at. */
export const LENDERS_ACCOUNT = addressOf("account", "lenders");

/** A resource of the market: an asset itself, or the deposit unit of one. */
export interface ResourceEntry {
  readonly address: string;
  readonly asset: Asset;
  readonly assetAddress: string;
  readonly isDepositUnit: boolean;
  /** Null when it is no liquid staking unit. */
  readonly stakingUnit: StakingUnit | null;
}

/** What validators give for XRD staked with them. */
export interface StakingUnit {
  readonly validator: string;
  /** XRD that one of it redeems for, as decimal text. */
  readonly redemptionXrd: string;
}

/** By address. What they redeem for stands still: validators earn nothing here. */
export const STAKING_UNITS: ReadonlyMap<string, StakingUnit> = new Map(
  ["1.061803398874989484", "1.000000000000000001", "1.273239544735162686"].map(
    (redemptionXrd, index) => [
      addressOf("fungible", `lsu/${index + 1}`),
      { validator: addressOf("component", `validator/${index + 1}`), redemptionXrd },
    ],
  ),
);

/** Every fungible resource there is, by address. */
export const RESOURCE_ENTRIES: ReadonlyMap<string, ResourceEntry> = new Map(
  [...ASSETS.flatMap(entriesOf), ...stakingUnitEntries()].map((entry) => [entry.address, entry]),
);

function entriesOf(asset: Asset): ResourceEntry[] {
  const assetAddress = resourceAddress(asset.symbol);
  const unit = depositUnitAddress(asset.symbol);
  const known = { asset, assetAddress, stakingUnit: null };
  return [
    { ...known, address: assetAddress, isDepositUnit: false },
    { ...known, address: unit, isDepositUnit: true },
  ];
}

/** A staking unit counts as the XRD that it redeems for. */
function stakingUnitEntries(): ResourceEntry[] {
  const asset = ASSETS.find(({ symbol }) => symbol === "XRD") as Asset;
  return Array.from(STAKING_UNITS, ([address, stakingUnit]) => ({
    ...{ address, asset, assetAddress: XRD, isDepositUnit: false, stakingUnit },
  }));
}

export function resourceAddress(symbol: string): string {
  const address = RESOURCES[symbol];
  if (address === undefined) {
    throw new RangeError(`no asset ${symbol}`);
  }
  return address;
}

export function depositUnitAddress(symbol: string): string {
  const address = DEPOSIT_UNITS[symbol];
  if (address === undefined) {
    throw new RangeError(`no asset ${symbol}`);
  }
  return address;
}

/** @throws {RangeError} when there is no such resource */
export function resourceEntry(address: string): ResourceEntry {
  const entry = RESOURCE_ENTRIES.get(address);
  if (entry === undefined) {
    throw new RangeError(`no fungible resource ${address}`);
  }
  return entry;
}

function bySymbol(address: (symbol: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(ASSETS.map(({ symbol }) => [symbol, address(symbol)]));
}

/** The asset that a component swaps for XRD, or undefined when it swaps nothing. */
export const DEX_ASSETS: ReadonlyMap<string, string> = new Map(
  Object.entries(DEX_POOLS).map(([symbol, component]) => [component, resourceAddress(symbol)]),
);

/** Whose claims the pledged NFTs are. */
export const CLAIM_VALIDATOR = addressOf("component", "validator");
