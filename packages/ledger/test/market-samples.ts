import type { SborNode } from "../src/sbor/node.ts";
import { BTC, CDP_RESOURCE, MARKET, POOL, TERM_RESOURCE, USDC, XRD } from "./samples.ts";
import {
  array,
  bool,
  bytes,
  decimal,
  i64,
  none,
  own,
  precise,
  reference,
  some,
  struct,
  text,
  u8,
  u16,
  u64,
  variant,
} from "./sbor.ts";

/** Addresses of the stores, short for what they are. */
export const STORES = {
  resourcePools: "internal_keyvaluestore_pools",
  priceCache: "internal_keyvaluestore_prices",
  resourceConfigs: "internal_keyvaluestore_resources",
  collateralConfigs: "internal_keyvaluestore_collaterals",
  loanConfigs: "internal_keyvaluestore_loans",
  efficiencyGroups: "internal_keyvaluestore_groups",
  loanServices: "internal_keyvaluestore_loanservices",
  collateralServices: "internal_keyvaluestore_collateralservices",
};

const manager = (entries: string) =>
  struct({ track_history: bool(true), version_count: u64("9"), entries: own(entries) });

export const MARKET_STATE = struct({
  lending_pool_proxy: struct({ lending_pool: reference(POOL), client_badge: own("vault") }),
  cdp_res_manager: reference(CDP_RESOURCE),
  cdp_counter: u64("1138"),
  config: struct({ cdp_max_positions: u8("8"), price_expiration_period: i64("14400") }),
  fee_config: struct({ protocol_liquidation_bonus_fee_rate: decimal("0.2") }),
  loan_config_manager: manager(STORES.loanConfigs),
  collateral_config_manager: manager(STORES.collateralConfigs),
  efficiency_group_manager: manager(STORES.efficiencyGroups),
  loan_service_manager: struct({ entries: own(STORES.loanServices) }),
  collateral_service_manager: struct({ entries: own(STORES.collateralServices) }),
  resource_configs: own(STORES.resourceConfigs),
  price_cache: own(STORES.priceCache),
});

export const POOL_STATE = struct({
  resource_pools: own(STORES.resourcePools),
  transient_res_manager: reference(TERM_RESOURCE),
});

export const componentsAnswer = (
  items: Readonly<Record<string, SborNode>>,
  ledgerState: object,
) => ({
  json: {
    ledger_state: ledgerState,
    items: Object.entries(items).map(([address, state]) => ({
      address,
      details: { type: "Component", blueprint_name: "x", blueprint_version: "1.0.0", state },
      metadata: { total_count: 0, items: [] },
    })),
  },
});
export const COMPONENTS = { [POOL]: POOL_STATE, [MARKET]: MARKET_STATE };

const contribution = (ratio: string, divisibility: string) =>
  struct({ divisibility: u8(divisibility), total: precise("10"), unit_ratio: precise(ratio) });
const configEntry = (id: string, version: string, expires: SborNode, entry: SborNode) =>
  struct({ key: u16(id), entry, version: u64(version), expiration_time: expires });
const current = (id: string) => variant(0, u16(id));
const history = (version: string) => variant(1, u64(version));
const collateralConfig = (ltv: string) =>
  struct({
    description: text("volatile"),
    loan_to_value_ratio: decimal(ltv),
    liquidation_threshold_spread: decimal("0.05"),
    liquidation_bonus_rate: decimal("0.07"),
  });
const loanConfig = struct({
  description: text("all"),
  loan_value_factor: decimal("1"),
  loan_close_factor: decimal("0.5"),
});

/** Entries by store: what the ledger holds at the pinned version. */
export const ENTRIES: Readonly<Record<string, readonly (readonly [SborNode, SborNode])[]>> = {
  [STORES.resourceConfigs]: [
    [
      reference(USDC),
      struct({
        price_feed_id: u16("2"),
        loan_config: some(
          struct({
            loan_config_id: u16("0"),
            excluded_isolation_group_ids: array(),
            efficiency_group_id: some(u16("4")),
          }),
        ),
        collateral_config: none,
      }),
    ],
    [
      reference(BTC),
      struct({
        price_feed_id: u16("3"),
        loan_config: none,
        collateral_config: some(
          struct({
            collateral_config_id: u16("1"),
            isolation_group_id: none,
            efficiency_group_ids: array(u16("4"), u16("5")),
          }),
        ),
      }),
    ],
  ],
  [STORES.priceCache]: [
    [
      reference(USDC),
      struct({
        transaction_hash: bytes("aa01"),
        cached_value: decimal("225.57"),
        timestamp: i64("1790000000"),
      }),
    ],
    [
      reference(XRD),
      struct({
        transaction_hash: bytes("aa02"),
        cached_value: decimal("1"),
        timestamp: i64("1790000001"),
      }),
    ],
  ],
  [STORES.resourcePools]: [
    [
      reference(USDC),
      struct({
        liquidity: own("vault"),
        deposit_unit_res_address: reference(TERM_RESOURCE),
        interest_rate: decimal("0.12"),
        interest_updated_at: i64("1790000000"),
        deposit_state: contribution("0.9", "18"),
        loan_state: contribution("0.998351638689145829734", "6"),
      }),
    ],
  ],
  [STORES.collateralConfigs]: [
    [current("1"), configEntry("1", "7", none, collateralConfig("0.75"))],
    [history("7"), configEntry("1", "7", none, collateralConfig("0.75"))],
    [history("3"), configEntry("1", "3", some(i64("1790000500")), collateralConfig("0.8"))],
  ],
  [STORES.loanConfigs]: [[current("0"), configEntry("0", "1", none, loanConfig)]],
  [STORES.efficiencyGroups]: [
    [current("4"), configEntry("4", "2", none, struct({ collateral_config_id: u16("6") }))],
  ],
};
