import { type PriceLimits, parseDecimal } from "@weft/protocol";
import type { PriceGuardConfig } from "@weft/runtime";

/** The limits of the price guard as it takes them. */
export function priceLimitsOf(config: PriceGuardConfig): PriceLimits {
  return {
    band: parseDecimal(config.PRICE_BAND),
    extremeFactor: parseDecimal(config.PRICE_EXTREME_FACTOR),
    hourBand: parseDecimal(config.PRICE_HOUR_BAND),
    dayBand: parseDecimal(config.PRICE_DAY_BAND),
    agreement: parseDecimal(config.PRICE_AGREEMENT),
    referenceTolerance: parseDecimal(config.REFERENCE_TOLERANCE),
    maxAgeSeconds: BigInt(config.PRICE_MAX_AGE_SECONDS),
  };
}
