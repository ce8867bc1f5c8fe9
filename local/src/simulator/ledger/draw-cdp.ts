import { depositUnitAddress, resourceAddress } from "./addresses.ts";
import type { CdpState, CollateralState, EfficiencyMode, LoanState } from "./model.ts";
import { ASSETS, type Asset } from "./prices.ts";
import type { Random } from "./random.ts";
import {
  COLLATERAL_CONFIGS,
  collateralVersion,
  configInForce,
  IDENTICAL_CONFIG_ID,
  LOAN_CONFIGS,
} from "./risk-parameters.ts";

/** Units per asset of a pool's two sides, as plain numbers: drawing needs no exactness. */
export interface DrawRatios {
  readonly deposit: number;
  readonly loan: number;
}

/** 2025-03-01 to 2025-12-01: before any simulated ledger starts. */
const MINTED_FROM_SECONDS = 1_740_787_200;
const MINTED_TO_SECONDS = 1_764_547_200;
const DRAWN_AT_SECONDS = 1_767_225_600;

/** In the order of ASSETS: what people put up, and what they borrow. */
const COLLATERAL_WEIGHTS = [38, 36, 4, 4, 4, 4, 3, 3, 2, 2];
const LOAN_WEIGHTS = [14, 3, 27, 18, 4, 5, 12, 12, 2, 3];
/** Collateral of any size below this would not pay for the fee of its own liquidation. */
const LEAST_COLLATERAL_XRD = 4_000;

type Plan = {
  readonly loans: readonly Asset[];
  readonly collaterals: readonly Asset[];
  readonly mode: EfficiencyMode;
  readonly configId: number | null;
};

interface Position {
  readonly asset: Asset;
  readonly isDepositUnit: boolean;
  readonly valueXrd: number;
  readonly version: number;
  readonly threshold: number;
}

/** One CDP of the opening book: what it is, then how large, then how near to the line. */
export function drawCdp(random: Random, ratios: ReadonlyMap<string, DrawRatios>): CdpState {
  const mintedAtSeconds = Math.floor(random.between(MINTED_FROM_SECONDS, MINTED_TO_SECONDS));
  const updatedAtSeconds = Math.floor(random.between(mintedAtSeconds, MINTED_TO_SECONDS));
  const dates = { mintedAtSeconds, updatedAtSeconds };
  const fate = random.unit();
  if (fate < 0.03) {
    return { burned: true, ...dates, loans: [], collaterals: [], nfts: [] };
  }
  if (fate < 0.034) {
    return drawBadDebt(random, ratios, dates);
  }
  const plan = drawPlan(random);
  const generation = random.weighted([5, 12, 83]);
  const positions = drawPositions(random, plan, generation);
  const collaterals = positions.map((position) => collateralOf(position, plan.mode, ratios));
  if (fate < 0.134) {
    return { burned: false, ...dates, loans: [], collaterals, nfts: [] };
  }
  const limit = positions.reduce((sum, { valueXrd, threshold }) => sum + valueXrd * threshold, 0);
  const loans = drawLoans(random, plan.loans, limit * drawHealth(random), ratios);
  return { burned: false, ...dates, loans, collaterals, nfts: [] };
}

/** A loan whose collateral was all seized, or all but dust. */
export function drawBadDebt(
  random: Random,
  ratios: ReadonlyMap<string, DrawRatios>,
  dates: Pick<CdpState, "mintedAtSeconds" | "updatedAtSeconds">,
): CdpState {
  const asset = ASSETS[random.weighted(LOAN_WEIGHTS)] as Asset;
  const loans = drawLoans(random, [asset], drawSizeXrd(random) / 3, ratios);
  const version = collateralVersion(0, 2);
  const dust: CollateralState[] = random.chance(0.5)
    ? []
    : [
        {
          resource: resourceAddress("XRD"),
          amount: decimalText(random.between(0.000_001, 0.2), 18),
          version,
          mode: { kind: "none" },
        },
      ];
  return { burned: false, ...dates, loans, collaterals: dust, nfts: [] };
}

function drawPlan(random: Random): Plan {
  const kind = random.weighted([80, 6, 9, 5]);
  if (kind === 1) {
    const asset = ASSETS[random.weighted(LOAN_WEIGHTS)] as Asset;
    const mode = { kind: "identical" } as const;
    return { loans: [asset], collaterals: [asset], mode, configId: IDENTICAL_CONFIG_ID };
  }
  if (kind >= 2) {
    const groupId = kind - 1;
    const members = ASSETS.filter((asset) => asset.groupId === groupId);
    const mode = { kind: "group", groupId } as const;
    const first = Math.floor(random.unit() * members.length);
    const loans = members.slice(first, first + 1);
    const collaterals = members.filter((_, index) => index !== first).slice(0, 2);
    return { loans, collaterals, mode, configId: 6 };
  }
  const collaterals = drawDistinct(
    random,
    COLLATERAL_WEIGHTS,
    1 + random.weighted([60, 26, 10, 4]),
  );
  const free = LOAN_WEIGHTS.map((weight, index) =>
    collaterals.includes(ASSETS[index] as Asset) ? 0 : weight,
  );
  const loans = drawDistinct(random, free, 1 + random.weighted([76, 18, 6]));
  return { loans, collaterals, mode: { kind: "none" }, configId: null };
}

function drawDistinct(random: Random, weights: readonly number[], count: number): Asset[] {
  const left = [...weights];
  return Array.from({ length: count }, () => {
    const index = random.weighted(left);
    left[index] = 0;
    return ASSETS[index] as Asset;
  });
}

function drawPositions(random: Random, plan: Plan, generation: number): Position[] {
  const sizeXrd = drawSizeXrd(random);
  const shares = plan.collaterals.map(() => random.between(0.1, 1));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return plan.collaterals.map((asset, index) => {
    const version = collateralVersion(plan.configId ?? asset.collateralConfigId, generation);
    const config = configInForce(COLLATERAL_CONFIGS, version, DRAWN_AT_SECONDS);
    return {
      asset,
      isDepositUnit: random.chance(0.35),
      valueXrd: (sizeXrd * (shares[index] as number)) / whole,
      version,
      threshold: config.loanToValue.plus(config.thresholdSpread).toNumber(),
    };
  });
}

/** Log-normal around 30,000 XRD, with one in fifty from a Pareto tail. */
function drawSizeXrd(random: Random): number {
  const tail = random.chance(0.02) ? (1 - random.unit()) ** (-1 / 1.2) * 10 : 1;
  const sizeXrd = 30_000 * Math.exp(1.5 * random.normal()) * Math.min(tail, 1_000);
  return Math.max(sizeXrd, LEAST_COLLATERAL_XRD);
}

/** Opening liquidation_ltv: most between 0.3 and 0.85, one in a hundred within 0.05 of the line, none over it. */
function drawHealth(random: Random): number {
  const [low, high] = (
    [
      [0.95, 0.9995],
      [0.85, 0.95],
      [0.3, 0.85],
      [0.02, 0.3],
    ] as const
  )[random.weighted([1, 4, 80, 15])] as readonly [number, number];
  return random.between(low, high);
}

function drawLoans(
  random: Random,
  assets: readonly Asset[],
  adjustedXrd: number,
  ratios: ReadonlyMap<string, DrawRatios>,
): LoanState[] {
  const shares = assets.map(() => random.between(0.2, 1));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return assets.map((asset, index) => {
    const version = random.weighted([5, 12, 83]);
    const { valueFactor } = configInForce(LOAN_CONFIGS, version, DRAWN_AT_SECONDS);
    const valueXrd = (adjustedXrd * (shares[index] as number)) / whole / valueFactor.toNumber();
    const units = (valueXrd / Number(asset.price)) * (ratios.get(asset.symbol)?.loan ?? 1);
    return { asset: resourceAddress(asset.symbol), units: decimalText(units, 18), version };
  });
}

function collateralOf(
  { asset, isDepositUnit, valueXrd, version }: Position,
  mode: EfficiencyMode,
  ratios: ReadonlyMap<string, DrawRatios>,
): CollateralState {
  const assets = valueXrd / Number(asset.price);
  const unitsPerAsset = ratios.get(asset.symbol)?.deposit ?? 1;
  return {
    resource: isDepositUnit ? depositUnitAddress(asset.symbol) : resourceAddress(asset.symbol),
    amount: decimalText(isDepositUnit ? assets * unitsPerAsset : assets, asset.divisibility),
    version,
    mode,
  };
}

/** Rounded to the places given, without trailing zeros. */
export function decimalText(value: number, places: number): string {
  const fixed = value.toFixed(places);
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}
