import { ADDRESSES } from "./addresses.ts";
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
  resource,
  string,
  struct,
  u16,
  u64,
} from "./sbor.ts";
import { COLLATERAL_LEVELS, COLLATERAL_SERVICES, LOAN_SERVICES } from "./services.ts";
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

/** The services of loans, for all of them and for whatever asset some of them are off. */
export function loanServices(off: readonly string[]): Pair[] {
  const status = (level: string) => {
    const isOn = (name: string) => !off.includes(`${name}/${level}`);
    return services("LoanServiceStatus", "LoanService", LOAN_SERVICES, isOn);
  };
  const named = levelsOf(off, LOAN_SERVICES);
  return [
    [namedVariant("LoanServiceLevel", 0, "Global"), status("Global")],
    ...named.map(
      (address): Pair => [
        namedVariant("LoanServiceLevel", 1, "Resource", resource(address)),
        status(address),
      ],
    ),
  ];
}

/** The services of collateral, for each kind of it and for whatever resource some of them are off. */
export function collateralServices(off: readonly string[]): Pair[] {
  const status = (level: string) => {
    const isOn = (name: string) => !off.includes(`${name}/${level}`);
    return services("CollateralServiceStatus", "CollateralService", COLLATERAL_SERVICES, isOn);
  };
  const named = levelsOf(off, COLLATERAL_SERVICES);
  return [
    ...COLLATERAL_LEVELS.map(
      (level, id): Pair => [namedVariant("CollateralServiceLevel", id, level), status(level)],
    ),
    ...named.map(
      (address): Pair => [
        address === ADDRESSES.claimNft
          ? namedVariant("CollateralServiceLevel", 5, "NFT", resource(address))
          : namedVariant("CollateralServiceLevel", 4, "Resource", resource(address)),
        status(address),
      ],
    ),
  ];
}

/** Resources for which one of the services is off. */
function levelsOf(off: readonly string[], names: readonly string[]): string[] {
  const levels = off
    .map((entry) => entry.split("/"))
    .filter(([name = "", level = ""]) => names.includes(name) && level.startsWith("resource_"))
    .map(([, level = ""]) => level);
  return [...new Set(levels)];
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

function services(
  typeName: string,
  serviceType: string,
  names: readonly string[],
  isOn: (name: string) => boolean,
): SborNode {
  const entries = names.map((name, id) => ({
    key: namedVariant(serviceType, id, name),
    value: struct("OperatingStatus", { enabled: bool(isOn(name)), locked: bool(false) }),
  }));
  return struct(typeName, { services: map("Enum", "Tuple", entries) });
}
