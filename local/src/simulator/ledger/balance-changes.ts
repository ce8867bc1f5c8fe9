import { ADDRESSES } from "./addresses.ts";
import type { Overlays, StateReader } from "./history.ts";
import { type CdpState, type Holdings, nftKey } from "./model.ts";
import { type Num, ONE, text, ZERO } from "./numbers.ts";
import type { Receipt } from "./types.ts";

type Change = Receipt["balanceChanges"][number];

/** What went out of and into accounts, the market (collateral and its share) and the pool, without zeros. */
export function balanceChanges(base: StateReader, state: Overlays): Change[] {
  const market = new Map<string, Num>();
  const pool = new Map<string, Num>();
  for (const [id, cdp] of state.cdps.changes()) {
    addAll(market, collateralOf(cdp), 1);
    addAll(market, collateralOf(base.cdps.get(id)), -1);
  }
  const kept = state.protocol.get(ADDRESSES.lendingMarket) ?? new Map();
  addAll(market, kept, 1);
  addAll(market, base.protocol.get(ADDRESSES.lendingMarket) ?? new Map(), -1);
  for (const [asset, { liquidity }] of state.pools.changes()) {
    addAll(pool, new Map([[asset, liquidity.minus(base.pools.get(asset)?.liquidity ?? ZERO)]]), 1);
  }
  const accounts = Array.from(state.accounts.changes(), ([account, held]) => {
    const change = new Map(held);
    addAll(change, base.accounts.get(account) ?? new Map(), -1);
    return listed(account, change);
  });
  return [
    ...accounts.flat(),
    ...listed(ADDRESSES.lendingMarket, market),
    ...listed(ADDRESSES.lendingPool, pool),
  ];
}

/** Resource → amount of what a CDP pledges, its NFTs under their keys. */
export function collateralOf(cdp: CdpState | undefined): Holdings {
  const held = new Map<string, Num>();
  for (const { resource, amount } of cdp?.collaterals ?? []) {
    held.set(resource, (held.get(resource) ?? ZERO).plus(amount));
  }
  for (const { resource, id } of cdp?.nfts ?? []) {
    held.set(nftKey(resource, id), ONE);
  }
  return held;
}

function addAll(sums: Map<string, Num>, amounts: Holdings, sign: 1 | -1): void {
  for (const [resource, amount] of amounts) {
    sums.set(resource, (sums.get(resource) ?? ZERO).plus(amount.times(sign)));
  }
}

function listed(entity: string, changes: ReadonlyMap<string, Num>): Change[] {
  return Array.from(changes)
    .filter(([, change]) => !change.isZero())
    .map(([resource, change]) => ({ entity, resource, change: text(change) }));
}
