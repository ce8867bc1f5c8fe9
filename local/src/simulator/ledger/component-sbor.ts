import { ADDRESSES, addressOf, STORES } from "./addresses.ts";
import { text } from "./numbers.ts";
import { PRICE_EXPIRATION_SECONDS } from "./prices.ts";
import {
  COLLATERAL_CONFIGS,
  type ConfigBook,
  EFFICIENCY_GROUPS,
  IDENTICAL_CONFIG_ID,
  LOAN_CONFIGS,
  PROTOCOL_BONUS_SHARE,
} from "./risk-parameters.ts";
import {
  bool,
  decimal,
  namedOption,
  namedVariant,
  own,
  resource,
  string,
  struct,
  u8,
  u16,
  u64,
} from "./sbor.ts";
import type { SborNode } from "./types.ts";

/** State of the lending market, as entity details show it. */
export function marketState(minted: number): SborNode {
  return struct("LendingMarket", {
    lending_pool_proxy: struct("LendingPoolProxy", {
      lending_pool: { ...resource(ADDRESSES.lendingPool), type_name: "Global" },
      client_badge: own(addressOf("vault", "client-badge")),
      loan_unit_ratio_cache: own(STORES.loanRatioCache),
      deposit_unit_ratio_cache: own(STORES.depositRatioCache),
    }),
    cdp_res_manager: resource(ADDRESSES.cdpResource),
    transient_res_manager: resource(addressOf("nonFungible", "market-transient")),
    cdp_counter: u64(minted),
    config: struct("MarketConfig", {
      cdp_max_positions: u8(8),
      cdp_with_nft_collateral_max_positions: u8(4),
      price_expiration_period: { kind: "I64", value: String(PRICE_EXPIRATION_SECONDS) },
      price_cache_mode: namedVariant("PriceCacheMode", 0, "Default"),
      default_efficiency_config_id: namedOption(u16(IDENTICAL_CONFIG_ID)),
      max_claim_nft_value: namedOption(null),
    }),
    fee_config: struct("FeeConfig", {
      protocol_cdp_creation_fee: decimal("0"),
      protocol_liquidation_bonus_fee_rate: decimal(text(PROTOCOL_BONUS_SHARE)),
    }),
    loan_service_manager: struct("ServiceManager", { entries: own(STORES.loanServices) }),
    collateral_service_manager: struct("ServiceManager", {
      entries: own(STORES.collateralServices),
    }),
    price_feed_manager: manager(STORES.priceFeeds, "price feed"),
    loan_config_manager: manager(STORES.loanConfigs, "loan config", LOAN_CONFIGS),
    collateral_config_manager: manager(
      STORES.collateralConfigs,
      "collateral config",
      COLLATERAL_CONFIGS,
    ),
    isolation_group_manager: manager(STORES.isolationGroups, "isolation group"),
    efficiency_group_manager: manager(
      STORES.efficiencyGroups,
      "efficiency group",
      EFFICIENCY_GROUPS,
    ),
    resource_configs: own(STORES.resourceConfigs),
    nft_collateral_resource_configs: own(STORES.nftResourceConfigs),
    price_cache: own(STORES.priceCache),
  });
}

/** State of the lending pool. */
export function lendingPoolState(): SborNode {
  return struct("LendingPool", {
    resource_pools: own(STORES.resourcePools),
    transient_res_manager: resource(ADDRESSES.transientResource),
  });
}

function manager<C>(store: string, thing: string, book?: ConfigBook<C>): SborNode {
  return struct("ConfigurationManager", {
    track_history: bool(true),
    get_config_error_message: string(`${thing} not found`),
    default_expiration_time: namedOption(null),
    version_count: u64(book?.history.size ?? 0),
    entry_count: u16(book?.current.size ?? 0),
    entries: own(store),
    phantom_data: namedOption(null),
  });
}
