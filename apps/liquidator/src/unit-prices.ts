import type { LedgerHealth } from "@weft/ledger";
import { divDecimal, formatDecimal } from "@weft/protocol";

/** What the price of an NFT is kept under. */
export function nftPriceKey(resource: string, id: string): string {
  return `${resource}:${id}`;
}

/**
 * XRD for one unit of all that a liquidation of the CDP may pay or bring: of a token its price, of a deposit unit or a
 * staking unit what it stands for, of an NFT the whole of it. XRD is worth 1.
 */
export function unitPricesOf(health: LedgerHealth, xrd: string): Record<string, string> {
  const prices: Record<string, string> = { [xrd]: "1" };
  for (const { resource, price } of health.loans) prices[resource] = formatDecimal(price);
  for (const { resource, resourceType, price, value, amount } of health.collaterals) {
    if (amount <= 0n) continue;
    const isToken = resourceType === "token";
    prices[resource] = formatDecimal(isToken ? price : divDecimal(value, amount));
  }
  for (const { resource, id, value } of health.nfts) {
    prices[nftPriceKey(resource, id)] = formatDecimal(value);
  }
  return prices;
}
