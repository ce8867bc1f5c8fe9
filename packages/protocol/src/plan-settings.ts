import type { ResourceAddress } from "./cdp.ts";
import {
  addDecimal,
  ceilToDivisibility,
  DECIMAL_ZERO,
  type Decimal,
  subDecimal,
} from "./decimal.ts";
import type { PlanInput, PlannableHealth } from "./plan-types.ts";

/** What every liquidation is planned with, whichever CDP it is for. */
export interface PlanSettings {
  /** Digits after the point that a resource can carry, 0 to 18. */
  readonly assetDivisibility: (resource: ResourceAddress) => number;
  /** The protocol's part of the bonus, 0 to 1. */
  readonly protocolBonusShare: Decimal;
  readonly xrd: ResourceAddress;
  /** What a transaction locks for its fee, XRD. */
  readonly feeLockXrd: Decimal;
  readonly minProfitXrd: Decimal;
  /** What a liquidation may lose to protect the protocol, XRD; above zero, the least profit does not count. */
  readonly allowedLossXrd: Decimal;
  /** A payment leaves a loan worth this much or more, XRD, or none. */
  readonly dustXrd: Decimal;
  /** What has to stay in the account, by resource. */
  readonly keep: ReadonlyMap<ResourceAddress, Decimal>;
  readonly maxSlippage: Decimal;
  /**
   * Flash loans and switches as they are now.
   *
   * @throws {AppError} `terms_stale` (retry) when they have not been read for too long
   */
  readonly terms: () => Pick<PlanInput, "flash" | "services">;
}

/**
 * All that a plan for one CDP is made of.
 *
 * @param held by the account; null when there is none: then whatever the loans ask may be spent
 */
export function planInputOf(
  health: PlannableHealth & { readonly collateralValue: Decimal },
  held: ReadonlyMap<ResourceAddress, Decimal> | null,
  settings: PlanSettings,
): PlanInput {
  return {
    ...settings.terms(),
    health,
    assetDivisibility: settings.assetDivisibility,
    inventory: held === null ? wishedFor(health, settings) : spendableOf(held, settings),
    xrd: settings.xrd,
    protocolBonusShare: settings.protocolBonusShare,
    // The preview tells the fee exactly; until then the plan is judged without it, and guarded against the dearest.
    feeXrd: DECIMAL_ZERO,
    guardFeeXrd: settings.feeLockXrd,
    minProfitXrd: settings.minProfitXrd,
    allowedLossXrd: settings.allowedLossXrd,
    dustXrd: settings.dustXrd,
    slippage: settings.maxSlippage,
  };
}

/** What of a balance may be paid out: what has to stay, and the XRD that the fee lock needs, may not. */
export function spendableOf(
  held: ReadonlyMap<ResourceAddress, Decimal>,
  { xrd, feeLockXrd, keep }: Pick<PlanSettings, "xrd" | "feeLockXrd" | "keep">,
): ReadonlyMap<ResourceAddress, Decimal> {
  return new Map(
    Array.from(held, ([resource, amount]) => {
      const kept = keep.get(resource) ?? DECIMAL_ZERO;
      const needed = resource === xrd ? addDecimal(kept, feeLockXrd) : kept;
      return [resource, amount > needed ? subDecimal(amount, needed) : DECIMAL_ZERO];
    }),
  );
}

/** The least a liquidation must earn after its fee, XRD: below zero for who accepts a loss to protect the protocol. */
export function leastProfitXrd({
  minProfitXrd,
  allowedLossXrd = DECIMAL_ZERO,
}: Pick<PlanInput, "minProfitXrd" | "allowedLossXrd">): Decimal {
  return allowedLossXrd > 0n ? subDecimal(DECIMAL_ZERO, allowedLossXrd) : minProfitXrd;
}

/** Rounded up: a payment that has to cover a loan is no finer than its asset. */
function wishedFor(
  { loans, collateralValue }: PlannableHealth & { readonly collateralValue: Decimal },
  { xrd, assetDivisibility }: Pick<PlanSettings, "xrd" | "assetDivisibility">,
): ReadonlyMap<ResourceAddress, Decimal> {
  return new Map([
    [xrd, collateralValue],
    ...loans.map(
      ({ resource, amount }) =>
        [resource, ceilToDivisibility(amount, assetDivisibility(resource))] as const,
    ),
  ]);
}
