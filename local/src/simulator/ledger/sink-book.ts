import { LENDERS_ACCOUNT, resourceEntry } from "./addresses.ts";
import { roughLiquidationLtv } from "./health.ts";
import type { Tables } from "./history.ts";
import type { CollateralState } from "./model.ts";
import { floorTo, Num, text, ZERO } from "./numbers.ts";

/** So far over the line, that no rounding brings anybody back: a ten-thousandth. */
const SUNK_LTV = 1.0001;

/**
 * Takes every CDP with debt just over its line, as if its owner had been let out with too much: of all that it pledges,
 * the same part goes to the lenders' account. What is over the line already stays as it is. Prices and debts stay.
 */
export function sinkBook(
  tables: Tables,
  { startVersion, startSeconds }: { readonly startVersion: number; readonly startSeconds: number },
): void {
  const lenders = new Map(tables.accounts.get(LENDERS_ACCOUNT));
  for (const id of tables.cdps.keys()) {
    const cdp = tables.cdps.get(id);
    const ltv = cdp === undefined ? 0 : roughLiquidationLtv(cdp, tables, startSeconds);
    if (cdp === undefined || ltv <= 0 || ltv > 1) continue;
    const left = new Num(ltv).div(SUNK_LTV);
    const collaterals = cdp.collaterals.map((held) => reduced(held, left));
    for (const [index, { resource, amount }] of cdp.collaterals.entries()) {
      const out = new Num(amount).minus(collaterals[index]?.amount ?? 0);
      lenders.set(resource, out.plus(lenders.get(resource) ?? ZERO));
    }
    const nfts = cdp.nfts.map((nft) => ({
      ...nft,
      underlying: nft.underlying.map((held) => reduced(held, left)),
    }));
    tables.cdps.put(id, { ...cdp, collaterals, nfts }, startVersion);
  }
  tables.accounts.put(LENDERS_ACCOUNT, lenders, startVersion);
}

function reduced(held: CollateralState, left: Num): CollateralState {
  const { divisibility } = resourceEntry(held.resource).asset;
  return { ...held, amount: text(floorTo(left.times(held.amount), divisibility)) };
}
