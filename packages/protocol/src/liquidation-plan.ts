import type { ResourceAddress } from "./cdp.ts";
import {
  compareDecimal,
  DECIMAL_MAX,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  type Decimal,
  subDecimal,
} from "./decimal.ts";
import { planByFlashLoan } from "./fund-by-flash-loan.ts";
import { planFromInventory } from "./fund-from-inventory.ts";
import { paymentOrders, planNft } from "./fund-nft.ts";
import { leastProfitXrd } from "./plan-settings.ts";
import type {
  FundingKind,
  LiquidationPlan,
  PlanInput,
  PlannableCollateral,
  PlannableHealth,
} from "./plan-types.ts";
import { seizableTargets } from "./seizures.ts";
import type { ServiceSwitches } from "./service-switches.ts";

export type PlanResult =
  | LiquidationPlan
  /** The best there is, with all the inventory one could wish for; minus the fee when there is nothing to take. */
  | { readonly kind: "unprofitable"; readonly bestProfitXrd: Decimal }
  /** It would pay, if there were more of this resource to pay with. */
  | { readonly kind: "no_inventory"; readonly resource: ResourceAddress }
  /** It would pay, if the market had not switched off what it takes. */
  | { readonly kind: "switched_off"; readonly bestProfitXrd: Decimal };

/** Of plans that earn the same: what costs least to hold is taken first. */
const FUNDING_ORDER: readonly FundingKind[] = ["inventory", "nft", "flash_redeem", "flash_swap"];

/**
 * The most profitable liquidation of a CDP, over every loan, set of collaterals and way to pay.
 *
 * What the ledger is taken to do (inferred; Weft V2's arithmetic is not published): value paid, up to the loan's close
 * factor, is matched with `paid × (1 + bonus)` of the named collaterals in the order named, each up to its whole value;
 * the protocol keeps its share of the bonus part. Every loan is tried. Collaterals go by bonus, highest first, which
 * is the best order for any payment, since each absorbs a fixed amount at its own rate.
 *
 * The payment never exceeds the close factor, what there is to pay with, or what the named collaterals can match.
 * Amounts are rounded to the resource's divisibility, against us; values truncated at 18 digits.
 * Whether the CDP may be liquidated at all is not asked here.
 *
 * @throws {RangeError} when slippage, bonus share or swap loss is not within 0 to 1, or a value leaves the range of a `Decimal`
 */
export function planLiquidation(input: PlanInput): PlanResult {
  requireFraction("slippage", input.slippage);
  requireFraction("protocolBonusShare", input.protocolBonusShare);
  if (input.flash) requireFraction("swapLoss", input.flash.swapLoss);
  const [affordable] = rankPlans(input);
  if (affordable !== undefined) return affordable;
  const [wished] = rankPlans({ ...input, inventory: boundless(input) });
  if (wished !== undefined) return { kind: "no_inventory", resource: payingResource(wished) };
  const { services, ...switchedOn } = input;
  if (services !== undefined) {
    const [withheld] = rankPlans({ ...switchedOn, inventory: boundless(input) });
    if (withheld !== undefined) return { kind: "switched_off", bestProfitXrd: withheld.profitXrd };
  }
  const [best] = everyPlan({ ...input, inventory: boundless(input) });
  const bestProfitXrd = best?.profitXrd ?? subDecimal(DECIMAL_ZERO, input.feeXrd);
  return { kind: "unprofitable", bestProfitXrd };
}

/**
 * The best plan of each way to pay, for several collaterals and for one, as far as they earn enough: the best first, the
 * others for when the ledger will not have it. Plans that earn the same keep a fixed order.
 */
export function rankPlans(input: PlanInput): readonly LiquidationPlan[] {
  const least = leastProfitXrd(input);
  const best = new Map<string, LiquidationPlan>();
  for (const plan of everyPlan(input)) {
    const key = `${plan.funding} ${plan.funding === "inventory" && plan.seize.length > 1}`;
    if (plan.profitXrd >= least && !best.has(key)) best.set(key, plan);
  }
  return [...best.values()];
}

/** Every plan there is, the best first. */
function everyPlan(input: PlanInput): readonly LiquidationPlan[] {
  const { health, seize = "several" } = switchedOn(input);
  const targets = seizableTargets({ health });
  const sets = targets.map((target) => [target]);
  if (seize === "several" && targets.length > 1) sets.unshift([...targets]);
  const plans: (LiquidationPlan | undefined)[] = [];
  for (const loan of health.loans) {
    if (loan.price <= 0n || !mayRepay(input, loan.resource)) continue;
    plans.push(...sets.map((set) => planFromInventory(loan, set, input)));
    plans.push(...targets.map((target) => planByFlashLoan(loan, target, input)));
  }
  const loans = health.loans.filter(
    ({ resource }) => input.services?.mayRepayForNft(resource) ?? true,
  );
  for (const nft of health.nfts ?? []) {
    plans.push(...paymentOrders(loans).map((order) => planNft(nft, order, input)));
  }
  return plans
    .filter((plan) => plan !== undefined)
    .toSorted(
      (a, b) =>
        compareDecimal(b.profitXrd, a.profitXrd) ||
        FUNDING_ORDER.indexOf(a.funding) - FUNDING_ORDER.indexOf(b.funding),
    );
}

function mayRepay({ services }: PlanInput, resource: ResourceAddress): boolean {
  return services?.mayRepay(resource) ?? true;
}

/** The input without the collateral that may not be taken. */
function switchedOn(input: PlanInput): PlanInput & { readonly health: PlannableHealth } {
  const { services, health } = input;
  if (services === undefined) return input;
  const collaterals = health.collaterals.filter((held) => mayTake(services, held));
  const nfts = (health.nfts ?? []).filter(({ resource, nftType }) =>
    services.mayRemove(resource, nftType),
  );
  return { ...input, health: { ...health, collaterals, nfts } };
}

function mayTake(services: ServiceSwitches, collateral: PlannableCollateral): boolean {
  const kind = collateral.resourceType === "lsu" ? "lsu" : "resource";
  return services.mayRemove(collateral.resource, kind);
}

function boundless({ health, xrd }: PlanInput): ReadonlyMap<ResourceAddress, Decimal> {
  return new Map(
    [xrd, ...health.loans.map(({ resource }) => resource)].map((r) => [r, DECIMAL_MAX]),
  );
}

function payingResource(plan: LiquidationPlan): ResourceAddress {
  if (plan.funding !== "nft") return plan.repay.resource;
  return plan.payments[0]?.resource ?? plan.nft.resource;
}

function requireFraction(name: string, value: Decimal): void {
  if (value < 0n || value > DECIMAL_ONE) {
    throw new RangeError(`${name} must be within 0 to 1, in units of 10^-18: ${value}`);
  }
}
