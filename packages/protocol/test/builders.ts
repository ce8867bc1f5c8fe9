import type {
  Cdp,
  CollateralConfig,
  ConfigBook,
  ConfigEntry,
  LoanConfig,
  Market,
  Pool,
  Price,
  ResourceConfig,
} from "../src/index.ts";
import { parseDecimal, parsePreciseDecimal } from "../src/index.ts";

/** Ledger time of the market that `buildMarket` makes, seconds since 1970. */
export const LEDGER_TIME = 1_760_000_000n;
export const XRD = "resource_sim1xrd";
export const USDC = "resource_sim1usdc";
export const BTC = "resource_sim1btc";
export const W2_USDC = "resource_sim1w2usdc";

/** One position per entry: `[resource, amount or units]` or `[resource, amount or units, config version]`. */
type Holding = readonly [resource: string, amount: string, version?: bigint];

interface CdpParts {
  readonly loans?: readonly Holding[];
  readonly collaterals?: readonly Holding[];
  readonly nfts?: readonly (readonly [resource: string, ids: readonly string[]])[];
}

/** A CDP of these positions, touched last with version 1 of everything unless said otherwise. */
export function buildCdp({ loans = [], collaterals = [], nfts = [] }: CdpParts): Cdp {
  return {
    id: "#12#",
    mintedAtSeconds: 1_735_689_600n,
    updatedAtSeconds: 1_753_399_809n,
    loans: new Map(
      loans.map(([resource, units, configVersion = 1n]) => [
        resource,
        { units: parseDecimal(units), configVersion },
      ]),
    ),
    collaterals: new Map(
      collaterals.map(([resource, amount, entryVersion = 1n]) => [
        resource,
        { amount: parseDecimal(amount), entryVersion, efficiencyMode: { kind: "none" } },
      ]),
    ),
    nftCollaterals: new Map(nfts.map(([resource, nftIds]) => [resource, { nftIds }])),
  };
}

/** A collateral configuration; without arguments that of XRD: 0.75 + 0.05, bonus 7 %. */
export function collateralConfig(
  ratio = "0.75",
  spread = "0.05",
  bonus = "0.07",
): CollateralConfig {
  return {
    loanToValueRatio: parseDecimal(ratio),
    liquidationThresholdSpread: parseDecimal(spread),
    liquidationBonusRate: parseDecimal(bonus),
  };
}

/** A loan configuration; without arguments value factor 1, close factor 0.5. */
export function loanConfig(valueFactor = "1", closeFactor = "0.5"): LoanConfig {
  return {
    loanValueFactor: parseDecimal(valueFactor),
    loanCloseFactor: parseDecimal(closeFactor),
  };
}

/** A book with one version per configuration, from 1 on, all of id 0 and none expiring; the last is current. */
export function bookOf<C>(...configs: readonly C[]): ConfigBook<C> {
  const entries = configs.map(
    (config, index): ConfigEntry<C> => ({
      id: 0,
      config,
      version: BigInt(index + 1),
      expiresAtSeconds: null,
    }),
  );
  return {
    current: new Map(entries.map((entry) => [entry.id, entry])),
    history: new Map(entries.map((entry) => [entry.version, entry])),
  };
}

export function price(text: string, ageSeconds = 60n): Price {
  return {
    price: parseDecimal(text),
    timestampSeconds: LEDGER_TIME - ageSeconds,
    transactionHash: "txid_sim1price",
  };
}

export function pool(asset: string, loanUnitRatio: string, depositUnitRatio = "1"): Pool {
  return {
    asset,
    depositUnit: asset === USDC ? W2_USDC : `${asset}_unit`,
    assetDivisibility: asset === USDC ? 6 : 18,
    loanUnitRatio: parsePreciseDecimal(loanUnitRatio),
    depositUnitRatio: parsePreciseDecimal(depositUnitRatio),
    interestRate: parseDecimal("0.1"),
    interestUpdatedAtSeconds: LEDGER_TIME,
  };
}

const RESOURCE_CONFIG: ResourceConfig = {
  priceFeedId: 0,
  loan: { configId: 0, efficiencyGroupId: null },
  collateral: { configId: 0, isolationGroupId: null, efficiencyGroupIds: [] },
};

/** XRD at 1, USDC at 200 and BTC at 20,000,000 XRD; no interest yet but on USDC deposits (unit ratio 0.8). */
export function buildMarket(changes: Partial<Market> = {}): Market {
  return {
    stateVersion: 370_965_851n,
    ledgerTimeSeconds: LEDGER_TIME,
    prices: new Map([
      [USDC, price("200")],
      [BTC, price("20000000")],
    ]),
    pools: new Map([
      [XRD, pool(XRD, "1")],
      [USDC, pool(USDC, "1", "0.8")],
      [BTC, pool(BTC, "1")],
    ]),
    depositUnits: new Map([[W2_USDC, USDC]]),
    stakingUnits: new Map(),
    resourceConfigs: new Map([XRD, USDC, BTC].map((resource) => [resource, RESOURCE_CONFIG])),
    collateralConfigs: bookOf(collateralConfig()),
    loanConfigs: bookOf(loanConfig()),
    efficiencyGroups: bookOf(),
    priceExpirationSeconds: 14_400n,
    protocolBonusShare: parseDecimal("0.2"),
    xrd: XRD,
    ...changes,
  };
}
