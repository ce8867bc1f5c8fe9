import type {
  CollateralConfig,
  ConfigEntry,
  LoanConfig,
  Pool,
  Price,
  ResourceConfig,
} from "@weft/protocol";
import { namedField } from "../sbor/fields.ts";
import { SborError, type SborNode, type SborReader } from "../sbor/node.ts";
import {
  listOf,
  optionOf,
  readBytesHex,
  readDecimal,
  readInteger,
  readPreciseDecimal,
  readReference,
  readSmallInteger,
  readVariant,
  readVariantField,
} from "../sbor/readers.ts";

/** `CacheEntry` of the price cache. */
export const readPrice: SborReader<Price> = (node) => ({
  price: namedField(node, "cached_value", readDecimal),
  timestampSeconds: namedField(node, "timestamp", readInteger),
  transactionHash: namedField(node, "transaction_hash", readBytesHex),
});

/** `ResourceConfig`. */
export const readResourceConfig: SborReader<ResourceConfig> = (node) => ({
  priceFeedId: namedField(node, "price_feed_id", readSmallInteger),
  loan: namedField(node, "loan_config", optionOf(readLoanResource)),
  collateral: namedField(node, "collateral_config", optionOf(readCollateralResource)),
});

const readSmallIntegers = listOf(readSmallInteger);

const readLoanResource = (node: SborNode) => ({
  configId: namedField(node, "loan_config_id", readSmallInteger),
  efficiencyGroupId: namedField(node, "efficiency_group_id", optionOf(readSmallInteger)),
});

const readCollateralResource = (node: SborNode) => ({
  configId: namedField(node, "collateral_config_id", readSmallInteger),
  isolationGroupId: namedField(node, "isolation_group_id", optionOf(readSmallInteger)),
  efficiencyGroupIds: namedField(node, "efficiency_group_ids", readSmallIntegers),
});

/** `ResourcePoolState` of one asset. Digits of the asset and of its ratio are in its loan state. */
export function readPool(asset: string, node: SborNode): Pool {
  const unitRatio = (state: SborNode) => namedField(state, "unit_ratio", readPreciseDecimal);
  return {
    asset,
    depositUnit: namedField(node, "deposit_unit_res_address", readReference),
    assetDivisibility: namedField(node, "loan_state", (state) =>
      namedField(state, "divisibility", readSmallInteger),
    ),
    loanUnitRatio: namedField(node, "loan_state", unitRatio),
    depositUnitRatio: namedField(node, "deposit_state", unitRatio),
    interestRate: namedField(node, "interest_rate", readDecimal),
    interestUpdatedAtSeconds: namedField(node, "interest_updated_at", readInteger),
  };
}

/** `ConfigurationKey`: the current entry of an id, or the one of a version. */
export type ConfigKey =
  | { readonly kind: "current"; readonly id: number }
  | { readonly kind: "history"; readonly version: bigint };

export const readConfigKey: SborReader<ConfigKey> = (node) => {
  const { variant, fields } = readVariant(node);
  if (variant === 0) return { kind: "current", id: readVariantField(fields, readSmallInteger) };
  if (variant === 1) return { kind: "history", version: readVariantField(fields, readInteger) };
  throw new SborError(`unknown configuration key ${variant}`);
};

/** `ConfigurationEntry` of what `reader` reads. */
export function configEntryOf<C>(reader: SborReader<C>): SborReader<ConfigEntry<C>> {
  return (node) => ({
    id: namedField(node, "key", readSmallInteger),
    config: namedField(node, "entry", reader),
    version: namedField(node, "version", readInteger),
    expiresAtSeconds: namedField(node, "expiration_time", optionOf(readInteger)),
  });
}

export const readCollateralConfig: SborReader<CollateralConfig> = (node) => ({
  loanToValueRatio: namedField(node, "loan_to_value_ratio", readDecimal),
  liquidationThresholdSpread: namedField(node, "liquidation_threshold_spread", readDecimal),
  liquidationBonusRate: namedField(node, "liquidation_bonus_rate", readDecimal),
});

export const readLoanConfig: SborReader<LoanConfig> = (node) => ({
  loanValueFactor: namedField(node, "loan_value_factor", readDecimal),
  loanCloseFactor: namedField(node, "loan_close_factor", readDecimal),
});

export const readEfficiencyGroup = (node: SborNode) => ({
  collateralConfigId: namedField(node, "collateral_config_id", readSmallInteger),
});
