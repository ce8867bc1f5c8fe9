import { createHash } from "node:crypto";
import { RESOURCE_ENTRIES, resourceAddress } from "./addresses.ts";
import type { Overlays, StateReader } from "./history.ts";
import { Num, ONE, over, text } from "./numbers.ts";
import { ASSETS } from "./prices.ts";

/** How often the feed writes what it sees (the debounce of Weft's price cache). */
export const FEED_INTERVAL_SECONDS = 900;

/** What stands for the hash of the transaction that wrote an observation. */
export function observationHash(asset: string, timestampSeconds: number): string {
  return createHash("sha256").update(`price/${asset}/${timestampSeconds}`).digest("hex");
}

/**
 * Writes new observations of the assets given.
 * @throws {RangeError} on something that is not an asset of the market, a price that is not a Decimal of at least 0, or
 *   XRD at anything but 1
 */
export function observePrices(
  state: Overlays,
  prices: Readonly<Record<string, string>>,
  nowSeconds: number,
): void {
  for (const [address, price] of Object.entries(prices)) {
    const entry = RESOURCE_ENTRIES.get(address);
    if (entry === undefined || entry.isDepositUnit || entry.stakingUnit !== null) {
      throw new RangeError(`${address} has no price of its own`);
    }
    if (!/^\d+(\.\d{1,18})?$/.test(price)) {
      throw new RangeError(`${price} is not a price`);
    }
    if (entry.asset.symbol === "XRD" && !ONE.eq(price)) {
      throw new RangeError("XRD is what prices are told in: it is worth 1");
    }
    const last = state.prices.get(address)?.timestampSeconds ?? 0;
    const timestampSeconds = Math.max(nowSeconds, last + 1);
    state.prices.set(address, {
      price: new Num(price),
      timestampSeconds,
      transactionHash: observationHash(address, timestampSeconds),
    });
  }
}

/**
 * Takes prices out of the cache, until they are observed anew.
 * @throws {RangeError} on something that has no price
 */
export function removePrices(state: Overlays, addresses: readonly string[]): void {
  for (const address of addresses) {
    const entry = state.prices.get(address);
    if (entry === undefined) throw new RangeError(`${address} has no price of its own`);
    state.prices.set(address, { ...entry, isGone: true });
  }
}

/** Every price as it stands, by asset; none of what is gone. */
export function currentPrices(state: StateReader): Record<string, string> {
  const prices = ASSETS.map(({ symbol }): [string, string] | undefined => {
    const address = resourceAddress(symbol);
    const { price = ONE, isGone } = state.prices.get(address) ?? {};
    return isGone ? undefined : [address, text(price)];
  });
  return Object.fromEntries(prices.filter((entry) => entry !== undefined));
}

/** When the asset observed longest ago was observed. */
export function oldestObservation(state: StateReader): number {
  const entries = ASSETS.map(({ symbol }) => state.prices.get(resourceAddress(symbol))).filter(
    (entry) => !entry?.isGone,
  );
  return Math.min(...entries.map((entry) => entry?.timestampSeconds ?? 0));
}

/**
 * Prices after XRD and LSULP fell by a fraction and BTC and ETH by half of it, told in XRD: the quote stands,
 * stables rise by 1 / (1 - F), BTC and ETH by (1 - F / 2) / (1 - F).
 * @throws {RangeError} unless 0 < fraction < 1
 */
export function crashedPrices(state: StateReader, fraction: string): Record<string, string> {
  const fall = /^0\.\d{1,18}$/.test(fraction) ? new Num(fraction) : new Num(0);
  if (!fall.gt(0)) {
    throw new RangeError(`a crash is a fraction between 0 and 1, not ${fraction}`);
  }
  const left = ONE.minus(fall);
  const volatileLeft = ONE.minus(fall.div(2));
  return Object.fromEntries(
    Object.entries(currentPrices(state)).map(([address, price]) => {
      const kind = RESOURCE_ENTRIES.get(address)?.asset.kind;
      const now = new Num(price);
      if (kind === "stable") {
        return [address, text(over(now, left))];
      }
      return [address, kind === "volatile" ? text(over(now.times(volatileLeft), left)) : price];
    }),
  );
}
