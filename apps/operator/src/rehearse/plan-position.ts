import type { LedgerHealth } from "@weft/ledger";
import {
  DECIMAL_MAX,
  type Decimal,
  type FlashTerms,
  formatDecimal,
  isBadDebt,
  isLiquidatable,
  type LiquidationPlan,
  type PlanInput,
  type PlanSettings,
  planInputOf,
  planLiquidation,
  rankPlans,
  spendOf,
} from "@weft/protocol";
import { asIfUnderWater } from "./as-if-under-water.ts";
import type { Verdict } from "./verdicts.ts";

export interface PlanPositionDeps {
  readonly settings: PlanSettings;
  /** By the account; null when there is none. */
  readonly held: ReadonlyMap<string, Decimal> | null;
  readonly badDebtCollateralXrd: Decimal;
  /** Why a price behind the ledger's word is not believed; undefined when all are, or nobody was asked. */
  readonly findDoubt: (health: LedgerHealth) => string | undefined;
}

/** The plans for a CDP as if it were under water, or why there are none. */
export type PlannedPosition = {
  /** What serving it out of the account would take; empty when that would not pay. */
  readonly need: ReadonlyMap<string, Decimal>;
  readonly isOverLine: boolean;
} & (
  | { readonly plans: readonly [LiquidationPlan, ...LiquidationPlan[]] }
  | { readonly verdict: Verdict; readonly detail: string }
);

/** Plans as the liquidator does, with the same settings, and says what stands against it. Asks nobody. */
export function planPosition(health: LedgerHealth, deps: PlanPositionDeps): PlannedPosition {
  const { settings, held } = deps;
  const isOverLine = isLiquidatable(health.liquidationLtv);
  const refused = (
    verdict: Verdict,
    detail: string,
    need: ReadonlyMap<string, Decimal> = new Map(),
  ) => ({
    ...{ need, isOverLine, verdict, detail },
  });
  const doubt = deps.findDoubt(health);
  if (doubt !== undefined) return refused("price_suspect", doubt);
  const sunk = asIfUnderWater(health);
  if (isBadDebt(sunk, deps.badDebtCollateralXrd)) {
    return refused("bad_debt", `collateral ${formatDecimal(sunk.collateralValue)} XRD`);
  }
  const input = planInputOf(sunk, held, settings);
  const planned = planLiquidation(input);
  if (planned.kind === "plan") {
    const [best = planned, ...others] = rankPlans(input);
    return { need: needOf(input), isOverLine, plans: [best, ...others] };
  }
  if (planned.kind === "no_inventory") {
    const { resource } = planned;
    return refused("treasury_short", whyShort(resource, input), needOf(input));
  }
  const best = `the best plan earns ${formatDecimal(planned.bestProfitXrd)} XRD`;
  if (planned.kind === "switched_off") {
    return refused("switched_off", `${best}, and the market has switched off what it takes`);
  }
  const owed = `its debt is worth ${formatDecimal(health.loanValue)} XRD`;
  if (health.loanValue <= settings.dustXrd) return refused("dust", owed);
  return refused("unprofitable", `${best}; ${owed}`);
}

/** What the best plan without a flash loan would spend, had the account all that it wants. */
function needOf(input: PlanInput): ReadonlyMap<string, Decimal> {
  const { flash: _, ...byInventory } = input;
  const paying = [input.xrd, ...input.health.loans.map(({ resource }) => resource)];
  const inventory = new Map(paying.map((resource) => [resource, DECIMAL_MAX]));
  const [best] = rankPlans({ ...byInventory, inventory });
  return best === undefined ? new Map() : spendOf(best, input.xrd);
}

/** Which of the ways to come by the asset there is not. */
function whyShort(resource: string, { flash, inventory, health }: PlanInput): string {
  const there = formatDecimal(inventory.get(resource) ?? (0n as Decimal));
  return `too little of ${resource}: ${there} to spend, and ${whyNoLoan(resource, health, flash)}`;
}

function whyNoLoan(
  owed: string,
  { collaterals, nfts = [] }: PlanInput["health"],
  flash: FlashTerms | undefined,
): string {
  if (flash === undefined) return "flash loans are off (FLASH_LOANS)";
  if (flash.liquidity(owed) === undefined) return "no pool lends it";
  const taken = collaterals.filter(({ isFromNft }) => isFromNft !== true);
  if (taken.length === 0 && nfts.length > 0) return "an NFT cannot be paid for with a flash loan";
  const assets = taken.map(({ resource, underlying }) => underlying ?? resource);
  const hasWay = assets.some((asset) => asset === owed || flash.route(asset, owed) !== undefined);
  return hasWay
    ? "a flash loan would not earn enough"
    : `no way leads back to it from ${assets.join(", ")} (SWAP_POOLS)`;
}
