import { Num } from "./numbers.ts";

export interface CollateralRisk {
  readonly description: string;
  readonly loanToValue: Num;
  /** Liquidation threshold less loan-to-value. */
  readonly thresholdSpread: Num;
  readonly bonusRate: Num;
}

export interface LoanRisk {
  readonly description: string;
  readonly valueFactor: Num;
  readonly closeFactor: Num;
}

export interface EfficiencyGroup {
  readonly description: string;
  readonly collateralConfigId: number;
}

export interface ConfigEntry<C> {
  readonly id: number;
  readonly config: C;
  readonly version: number;
  /** Seconds since 1970 from which the entry's History is no longer honoured; null = always. */
  readonly expiresAtSeconds: number | null;
}

export interface ConfigBook<C> {
  readonly current: ReadonlyMap<number, ConfigEntry<C>>;
  readonly history: ReadonlyMap<number, ConfigEntry<C>>;
}

/** The share of the liquidation bonus that the protocol keeps. */
export const PROTOCOL_BONUS_SHARE = new Num("0.2");

/** The pool's share of what it lends by flash. */
export const FLASH_LOAN_FEE_RATE = "0.001";

/** Config of a CDP whose collateral is the asset it borrowed. */
export const IDENTICAL_CONFIG_ID = 5;

/** 2025-01-01: in the past whenever a simulated ledger starts. */
const LONG_EXPIRED_SECONDS = 1_735_689_600;
/** 2040-01-01: a change of rules announced, and far away. */
const FAR_AHEAD_SECONDS = 2_208_988_800;

/** weft_docs v2/configuration: loan-to-value, liquidation threshold less that, bonus. */
const PUBLISHED = [
  ["XRD, LSU and LSULP", "0.75", "0.05", "0.07"],
  ["bridged volatile", "0.75", "0.05", "0.07"],
  ["bridged stable", "0.65", "0.05", "0.07"],
  ["utility", "0.25", "0.1", "0.1"],
  ["meme", "0.2", "0.1", "0.1"],
  ["identical asset", "0.95", "0.01", "0.03"],
  ["correlation group", "0.9", "0.02", "0.05"],
] as const;

/** Each line is one `set_entry`, in order: it writes Current(id) and History(version), version counting from 0. */
export const COLLATERAL_CONFIGS = bookOf<CollateralRisk>([
  ...collateralGeneration({ loanToValueFactor: "0.6" }, LONG_EXPIRED_SECONDS),
  ...collateralGeneration({ moreSpread: "0.02", lessBonus: "0.01" }, null),
  ...collateralGeneration({}, null),
]);

export const LOAN_CONFIGS = bookOf<LoanRisk>([
  { id: 0, config: loan("standard", "1.1", "0.4"), expiresAtSeconds: LONG_EXPIRED_SECONDS },
  { id: 0, config: loan("standard", "0.98", "0.5"), expiresAtSeconds: FAR_AHEAD_SECONDS },
  { id: 0, config: loan("standard", "1", "0.5"), expiresAtSeconds: null },
]);

export const EFFICIENCY_GROUPS = bookOf<EfficiencyGroup>([
  { id: 1, config: { description: "XRD", collateralConfigId: 6 }, expiresAtSeconds: null },
  { id: 2, config: { description: "USD", collateralConfigId: 6 }, expiresAtSeconds: null },
]);

/** How many configs a generation has: version = 7 × generation + id. */
const CONFIGS_PER_GENERATION = 7;

/** The version of a collateral config in one of the three generations (0 expired, 1 generous, 2 current). */
export function collateralVersion(configId: number, generation: number): number {
  return generation * CONFIGS_PER_GENERATION + configId;
}

/** The config a position pinned to `version` is held to: History unless expired, else Current of the same id. */
export function configInForce<C>(book: ConfigBook<C>, version: number, nowSeconds: number): C {
  const entry = book.history.get(version);
  if (entry === undefined) {
    throw new RangeError(`no config of version ${version}`);
  }
  if (entry.expiresAtSeconds === null || entry.expiresAtSeconds > nowSeconds) {
    return entry.config;
  }
  const current = book.current.get(entry.id);
  if (current === undefined) {
    throw new RangeError(`no current config ${entry.id}`);
  }
  return current.config;
}

type SetEntry<C> = Omit<ConfigEntry<C>, "version">;

function bookOf<C>(calls: readonly SetEntry<C>[]): ConfigBook<C> {
  const entries = calls.map((call, index) => ({ ...call, version: index }));
  return {
    current: new Map(entries.map((entry) => [entry.id, entry])),
    history: new Map(entries.map((entry) => [entry.version, entry])),
  };
}

/** How a generation of rules differs from the published one. */
interface Difference {
  readonly loanToValueFactor?: string;
  readonly moreSpread?: string;
  readonly lessBonus?: string;
}

function collateralGeneration(
  { loanToValueFactor = "1", moreSpread = "0", lessBonus = "0" }: Difference,
  expiresAtSeconds: number | null,
): SetEntry<CollateralRisk>[] {
  return PUBLISHED.map(([description, loanToValue, spread, bonus], id) => ({
    id,
    expiresAtSeconds,
    config: {
      description,
      loanToValue: new Num(loanToValue).times(loanToValueFactor),
      thresholdSpread: new Num(spread).plus(moreSpread),
      bonusRate: new Num(bonus).minus(lessBonus),
    },
  }));
}

function loan(description: string, valueFactor: string, closeFactor: string): LoanRisk {
  return {
    description,
    valueFactor: new Num(valueFactor),
    closeFactor: new Num(closeFactor),
  };
}
