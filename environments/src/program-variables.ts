import type { Environment } from "./fields.ts";

type Variables = Readonly<Record<string, string>>;

/** What programs that plan liquidations are told about them; what an environment leaves empty is not named. */
export function planVariablesOf({ liquidator }: Pick<Environment, "liquidator">): Variables {
  const { swapPools, inventoryKeep } = liquidator;
  const kept = Object.entries(inventoryKeep).map(([resource, amount]) => `${resource}=${amount}`);
  return {
    MIN_PROFIT_XRD: liquidator.minProfitXrd,
    FEE_LOCK_XRD: liquidator.feeLockXrd,
    MAX_SLIPPAGE: liquidator.maxSlippage,
    ALLOW_LOSS_XRD: liquidator.allowLossXrd,
    LOAN_DUST_XRD: liquidator.loanDustXrd,
    FLASH_LOANS: String(liquidator.flashLoans),
    MAX_SWAP_LOSS: liquidator.maxSwapLoss,
    ...(swapPools.length === 0 ? {} : { SWAP_POOLS: swapPools.join(",") }),
    ...(kept.length === 0 ? {} : { INVENTORY_KEEP: kept.join(",") }),
  };
}

/** What programs with a price guard are told about it. */
export function priceGuardVariablesOf({ priceGuard }: Pick<Environment, "priceGuard">): Variables {
  const { referenceUrl } = priceGuard;
  return {
    PRICE_BAND: priceGuard.band,
    PRICE_EXTREME_FACTOR: priceGuard.extremeFactor,
    PRICE_HOUR_BAND: priceGuard.hourBand,
    PRICE_DAY_BAND: priceGuard.dayBand,
    PRICE_AGREEMENT: priceGuard.agreement,
    PRICE_MAX_AGE_SECONDS: String(priceGuard.maxAgeSeconds),
    REFERENCE_TOLERANCE: priceGuard.referenceTolerance,
    REFERENCE_MAX_AGE_SECONDS: String(priceGuard.referenceMaxAgeSeconds),
    ...(referenceUrl === undefined ? {} : { REFERENCE_PRICES_URL: referenceUrl }),
  };
}
