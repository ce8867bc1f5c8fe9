import { text } from "./numbers.ts";
import type {
  CollateralRisk,
  ConfigBook,
  ConfigEntry,
  EfficiencyGroup,
  LoanRisk,
} from "./risk-parameters.ts";
import {
  bool,
  decimal,
  instant,
  map,
  namedOption,
  namedVariant,
  string,
  struct,
  u16,
  u64,
} from "./sbor.ts";
import type { SborNode } from "./types.ts";

type Pair = readonly [key: SborNode, value: SborNode];

/** A configuration manager's store: Current(id) and History(version), as `set_entry` writes them. */
export function configEntries<C>(book: ConfigBook<C>, show: (config: C) => SborNode): Pair[] {
  return [...book.history.values()].flatMap((entry): Pair[] => {
    const value = configEntry(entry, show);
    const history: Pair = [key(1, "History", u64(entry.version)), value];
    return book.current.get(entry.id) === entry
      ? [[key(0, "Current", u16(entry.id)), value], history]
      : [history];
  });
}

export function loanConfig({ description, valueFactor, closeFactor }: LoanRisk): SborNode {
  return struct("LoanConfig", {
    description: string(description),
    loan_value_factor: decimal(text(valueFactor)),
    loan_close_factor: decimal(text(closeFactor)),
  });
}

export function collateralConfig(config: CollateralRisk): SborNode {
  return struct("CollateralConfig", {
    description: string(config.description),
    loan_to_value_ratio: decimal(text(config.loanToValue)),
    liquidation_threshold_spread: decimal(text(config.thresholdSpread)),
    liquidation_bonus_rate: decimal(text(config.bonusRate)),
  });
}

export function efficiencyGroup(group: EfficiencyGroup): SborNode {
  return struct("EfficiencyGroup", {
    description: string(group.description),
    collateral_config_id: u16(group.collateralConfigId),
  });
}

/** Every service of every loan is on. */
export function loanServices(): Pair[] {
  const names = [
    "Borrow",
    "Repay",
    "RepayForRefinance",
    "RepayForLiquidation",
    "RepayForNFTLiquidation",
  ];
  return [
    [
      namedVariant("LoanServiceLevel", 0, "Global"),
      services("LoanServiceStatus", "LoanService", names),
    ],
  ];
}

/** Every service of every collateral is on. */
export function collateralServices(): Pair[] {
  const names = ["Add", "Remove", "FlashOperation", "RemoveForLiquidation"];
  const value = services("CollateralServiceStatus", "CollateralService", names);
  return ["GlobalResource", "GlobalNFT", "GlobalLSU", "GlobalClaimNFT"].map((name, id) => [
    namedVariant("CollateralServiceLevel", id, name),
    value,
  ]);
}

function key(id: number, name: string, field: SborNode): SborNode {
  return namedVariant("ConfigurationKey", id, name, field);
}

function configEntry<C>(entry: ConfigEntry<C>, show: (config: C) => SborNode): SborNode {
  return struct("ConfigurationEntry", {
    key: u16(entry.id),
    entry: show(entry.config),
    version: u64(entry.version),
    expiration_time: namedOption(
      entry.expiresAtSeconds === null ? null : instant(entry.expiresAtSeconds),
    ),
  });
}

function services(typeName: string, serviceType: string, names: readonly string[]): SborNode {
  const on = struct("OperatingStatus", { enabled: bool(true), locked: bool(false) });
  const entries = names.map((name, id) => ({
    key: namedVariant(serviceType, id, name),
    value: on,
  }));
  return struct(typeName, { services: map("Enum", "Tuple", entries) });
}
