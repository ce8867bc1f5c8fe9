import type { Market } from "@weft/protocol";
import type { MarketPrices } from "./judge-prices.ts";

/**
 * Judges the prices of a market once, however many batches ask, and for as long as the market itself is kept. What could
 * not be judged for want of the guard's memory is judged anew for the next batch.
 */
export function createPriceCache<Context>(
  judge: (market: Market, context: Context) => Promise<MarketPrices>,
): (market: Market, context: Context) => Promise<MarketPrices> {
  const known = new WeakMap<Market, Promise<MarketPrices>>();
  return (market, context) => {
    const found = known.get(market);
    if (found !== undefined) return found;
    const prices = judge(market, context);
    known.set(market, prices);
    const forget = () => void known.delete(market);
    prices.then(({ isUnreadable }) => isUnreadable && forget(), forget);
    return prices;
  };
}
