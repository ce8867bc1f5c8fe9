import {
  createSwapRoutes,
  DECIMAL_ZERO,
  type FlashTerms,
  type PlanSettings,
  parseDecimal,
} from "@weft/protocol";
import type { MarketFacts } from "./market-facts.ts";
import type { PlanConfig } from "./plan-variables.ts";

/** What plans are made with, as a program is configured and the market is now. */
export function planSettingsOf(config: PlanConfig, market: MarketFacts): PlanSettings {
  return {
    assetDivisibility: (resource) => market.assetDivisibility(resource),
    protocolBonusShare: market.protocolBonusShare,
    xrd: market.xrd,
    feeLockXrd: parseDecimal(config.FEE_LOCK_XRD),
    minProfitXrd: parseDecimal(config.MIN_PROFIT_XRD),
    allowedLossXrd: parseDecimal(config.ALLOW_LOSS_XRD),
    dustXrd: parseDecimal(config.LOAN_DUST_XRD),
    keep: config.INVENTORY_KEEP,
    maxSlippage: parseDecimal(config.MAX_SLIPPAGE),
    terms: planTerms(config, market),
  };
}

/** What flash loans and switches allow at the moment of planning. */
function planTerms(config: PlanConfig, market: MarketFacts): PlanSettings["terms"] {
  const route = createSwapRoutes(config.SWAP_POOLS);
  const swapLoss = parseDecimal(config.MAX_SWAP_LOSS);
  return () => {
    const { pools, services } = market.terms();
    if (!config.FLASH_LOANS) return { services };
    const flash: FlashTerms = {
      liquidity: (asset) => pools.get(asset)?.liquidity,
      feeRate: (asset) => pools.get(asset)?.flashFeeRate ?? DECIMAL_ZERO,
      route,
      swapLoss,
    };
    return { services, flash };
  };
}
