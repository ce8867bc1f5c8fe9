import { addressOf, depositUnitAddress, resourceAddress, STORES } from "./addresses.ts";
import {
  collateralConfig,
  collateralServices,
  configEntries,
  efficiencyGroup,
  loanConfig,
  loanServices,
} from "./config-sbor.ts";
import type { Tables, Versioned } from "./history.ts";
import type { ContributionState, PoolState, PriceEntry } from "./model.ts";
import { text } from "./numbers.ts";
import { ASSETS, type Asset } from "./prices.ts";
import {
  COLLATERAL_CONFIGS,
  EFFICIENCY_GROUPS,
  FLASH_LOAN_FEE_RATE,
  LOAN_CONFIGS,
} from "./risk-parameters.ts";
import {
  array,
  bytes,
  decimal,
  instant,
  namedOption,
  own,
  precise,
  resource,
  struct,
  u8,
  u16,
} from "./sbor.ts";
import { OFF } from "./services.ts";
import type { KeyValueEntry, SborNode } from "./types.ts";

/** Entries of a store at a version, newest first; undefined when there is no such store. */
export type StoreReader = (
  store: string,
  stateVersion: number,
) => readonly KeyValueEntry[] | undefined;

/** @param startVersion version that wrote all that never changes here */
export function createStoreReader(tables: Tables, startVersion: number): StoreReader {
  const fixed = (pairs: readonly (readonly [SborNode, SborNode])[]): readonly KeyValueEntry[] =>
    pairs
      .map(([key, value]) => ({ key, value, lastUpdatedAtStateVersion: startVersion }))
      .reverse();
  const constants = new Map<string, readonly KeyValueEntry[]>([
    [STORES.resourceConfigs, fixed(ASSETS.map((asset) => [keyOf(asset), resourceConfig(asset)]))],
    [STORES.loanConfigs, fixed(configEntries(LOAN_CONFIGS, loanConfig))],
    [STORES.collateralConfigs, fixed(configEntries(COLLATERAL_CONFIGS, collateralConfig))],
    [STORES.efficiencyGroups, fixed(configEntries(EFFICIENCY_GROUPS, efficiencyGroup))],
    ...[
      STORES.nftResourceConfigs,
      STORES.isolationGroups,
      STORES.priceFeeds,
      STORES.loanRatioCache,
      STORES.depositRatioCache,
    ].map((store) => [store, []] as [string, KeyValueEntry[]]),
  ]);
  return (store, stateVersion) => {
    if (store === STORES.priceCache) {
      return perAsset(
        (address) => {
          const entry = tables.prices.at(address, stateVersion);
          return entry?.value.isGone ? undefined : entry;
        },
        (_, entry) => cacheEntry(entry),
      );
    }
    if (store === STORES.resourcePools) {
      return perAsset((address) => tables.pools.at(address, stateVersion), poolState);
    }
    if (store === STORES.loanServices || store === STORES.collateralServices) {
      const off = tables.services.at(OFF, stateVersion);
      const show = store === STORES.loanServices ? loanServices : collateralServices;
      const lastUpdatedAtStateVersion = off?.since ?? startVersion;
      return show(off?.value ?? [])
        .map(([key, value]) => ({ key, value, lastUpdatedAtStateVersion }))
        .reverse();
    }
    return constants.get(store);
  };
}

function perAsset<V>(
  read: (address: string) => Versioned<V> | undefined,
  show: (asset: Asset, value: V) => SborNode,
): KeyValueEntry[] {
  return ASSETS.toReversed().flatMap((asset) => {
    const found = read(resourceAddress(asset.symbol));
    return found === undefined
      ? []
      : [
          {
            key: keyOf(asset),
            value: show(asset, found.value),
            lastUpdatedAtStateVersion: found.since,
          },
        ];
  });
}

function keyOf({ symbol }: Asset): SborNode {
  return resource(resourceAddress(symbol));
}

function cacheEntry({ transactionHash, price, timestampSeconds }: PriceEntry): SborNode {
  return struct("CacheEntry", {
    transaction_hash: bytes(transactionHash),
    cached_value: decimal(text(price)),
    timestamp: instant(timestampSeconds),
  });
}

function poolState(asset: Asset, pool: PoolState): SborNode {
  return struct("ResourcePoolState", {
    liquidity: own(addressOf("vault", `pool/${asset.symbol}`)),
    deposit_unit_res_address: resource(depositUnitAddress(asset.symbol)),
    interest_rate: decimal(text(pool.interestRate)),
    interest_updated_at: instant(pool.interestUpdatedAtSeconds),
    pending_protocol_fee_amount: precise(text(pool.pendingFee)),
    deposit_state: contributionNode(asset.divisibility, pool.deposit),
    loan_state: contributionNode(asset.divisibility, pool.loan),
    interest_strategy_id: u16(0),
    pool_config: struct("PoolConfig", {
      protocol_interest_fee_rate: decimal("0.1"),
      protocol_flashloan_fee_rate: decimal(FLASH_LOAN_FEE_RATE),
      interest_update_period: { kind: "I64", value: "86400" },
    }),
  });
}

/** One side of a pool. */
export function contributionNode(
  divisibility: number,
  { total, units, ratio }: ContributionState,
): SborNode {
  return struct("ContributionState", {
    divisibility: u8(divisibility),
    total: precise(text(total)),
    total_units: precise(text(units)),
    unit_ratio: precise(text(ratio)),
  });
}

function resourceConfig({ symbol, collateralConfigId, groupId }: Asset): SborNode {
  return struct("ResourceConfig", {
    price_feed_id: u16(symbol === "XRD" ? 0 : 1),
    loan_config: namedOption(
      struct("LoanResourceConfig", {
        loan_config_id: u16(0),
        excluded_isolation_group_ids: array("U16", []),
        efficiency_group_id: namedOption(groupId === null ? null : u16(groupId)),
      }),
    ),
    collateral_config: namedOption(
      struct("CollateralResourceConfig", {
        collateral_config_id: u16(collateralConfigId),
        isolation_group_id: namedOption(null),
        efficiency_group_ids: array("U16", groupId === null ? [] : [u16(groupId)]),
      }),
    ),
  });
}
