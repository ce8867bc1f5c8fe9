import { ADDRESSES, RESOURCE_ENTRIES } from "./addresses.ts";
import { collateralOf } from "./balance-changes.ts";
import type { Chain } from "./chain.ts";
import { assessHealth, roughLiquidationLtv } from "./health.ts";
import { readAt, type StateReader, type Versioned } from "./history.ts";
import type { CdpState, Holdings } from "./model.ts";
import { Num, text, ZERO } from "./numbers.ts";
import type { Records } from "./transactions.ts";
import type { Audit } from "./types.ts";

/** The floating-point ratio is far better than this: a CDP under it is not looked at exactly. */
const ROUGHLY_AT_LINE = 0.999;

export interface Auditor {
  /** Remembers what was put in from outside. */
  putIn(amounts: Readonly<Record<string, string>>): void;
  report(records: Records): Audit;
}

/** Works out from the tables and their history how things stand, and whether anything went astray. */
export function createAudit(chain: Chain): Auditor {
  const { tables, timeline, startVersion } = chain;
  const funded = new Map<string, Num>();
  let opening: Holdings | undefined;
  return {
    putIn(amounts) {
      for (const [resource, amount] of Object.entries(amounts)) {
        add(funded, resource, new Num(amount));
      }
    },
    report(records) {
      const ids = [...tables.cdps.keys()];
      const nowSeconds = Math.floor(timeline.head().timestampMs / 1_000);
      const burned = ids.filter((id) => tables.cdps.get(id)?.burned).length;
      opening ??= holdings(readAt(tables, startVersion), ids, [...tables.accounts.keys()]);
      const expected = new Map(opening);
      for (const [resource, amount] of funded) {
        add(expected, resource, amount);
      }
      const actual = holdings(tables, ids, [...tables.accounts.keys()]);
      add(actual, ADDRESSES.xrd, new Num(records.feesXrd));
      return {
        ...records,
        cdps: { minted: ids.length, live: ids.length - burned, burned },
        overLine: overLine(tables, ids, nowSeconds),
        wronglyTouched: wronglyTouched(chain, ids, records),
        imbalances: [
          ...imbalances(expected, actual),
          ...loanImbalances(tables, ids),
          ...unitImbalances(tables, actual),
        ],
      };
    },
  };
}

/** Every resource over everybody who holds some: accounts, CDPs, pools and the protocol. */
function holdings(
  state: StateReader,
  cdpIds: readonly string[],
  accounts: readonly string[],
): Map<string, Num> {
  const sums = new Map<string, Num>();
  const addAll = (held: Holdings | undefined) => {
    for (const [resource, amount] of held ?? []) {
      add(sums, resource, amount);
    }
  };
  for (const id of cdpIds) {
    addAll(collateralOf(state.cdps.get(id)));
  }
  for (const account of accounts) {
    addAll(state.accounts.get(account));
  }
  for (const resource of RESOURCE_ENTRIES.keys()) {
    add(sums, resource, state.pools.get(resource)?.liquidity ?? ZERO);
  }
  addAll(state.protocol.get(ADDRESSES.lendingMarket));
  addAll(state.protocol.get(ADDRESSES.lendingPool));
  return sums;
}

function imbalances(expected: Holdings, actual: Holdings): Audit["imbalances"][number][] {
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((resource) => {
    const wanted = expected.get(resource) ?? ZERO;
    const found = actual.get(resource) ?? ZERO;
    return wanted.eq(found) ? [] : [{ resource, expected: text(wanted), actual: text(found) }];
  });
}

/** What the CDPs owe, in units, is what the pools have lent. */
function loanImbalances(
  state: StateReader,
  cdpIds: readonly string[],
): Audit["imbalances"][number][] {
  const owed = new Map<string, Num>();
  const lent = new Map<string, Num>();
  for (const id of cdpIds) {
    for (const { asset, units } of state.cdps.get(id)?.loans ?? []) {
      add(owed, `${asset} (loan units)`, new Num(units));
    }
  }
  for (const resource of RESOURCE_ENTRIES.keys()) {
    add(lent, `${resource} (loan units)`, state.pools.get(resource)?.loan.units ?? ZERO);
  }
  return imbalances(lent, owed);
}

/** Deposit units that somebody holds are as many as the pools count. */
function unitImbalances(state: StateReader, held: Holdings): Audit["imbalances"][number][] {
  const retired = state.protocol.get(ADDRESSES.lendingPool) ?? new Map<string, Num>();
  const [counted, found] = [new Map<string, Num>(), new Map<string, Num>()];
  for (const { address, assetAddress, isDepositUnit } of RESOURCE_ENTRIES.values()) {
    const pool = state.pools.get(assetAddress);
    if (!isDepositUnit || pool === undefined) continue;
    counted.set(`${address} (deposit units)`, pool.deposit.units);
    const inHand = (held.get(address) ?? ZERO).minus(retired.get(address) ?? ZERO);
    found.set(`${address} (deposit units)`, inHand);
  }
  return imbalances(counted, found);
}

function overLine(
  state: StateReader,
  ids: readonly string[],
  nowSeconds: number,
): Audit["overLine"] {
  return ids.flatMap((cdpId) => {
    const cdp = state.cdps.get(cdpId);
    if (cdp === undefined || roughLiquidationLtv(cdp, state, nowSeconds) < ROUGHLY_AT_LINE) {
      return [];
    }
    const health = assessHealth(cdp, state, { nowSeconds, oldPrices: "taken" });
    return health.liquidationLtv.lte(1)
      ? []
      : [
          {
            cdpId,
            liquidationLtv: text(health.liquidationLtv),
            loanValueXrd: text(health.loanValue),
            collateralValueXrd: text(health.collateralValue),
            badDebt: health.collateralValue.lte(1),
            exempt: false,
          },
        ];
  });
}

/**
 * Goes through every change of every CDP: each must be a recorded liquidation, and by prices, pools and CDP as
 * they stood one version before it, the CDP must have been over the line.
 */
function wronglyTouched(chain: Chain, ids: readonly string[], records: Records): string[] {
  const recorded = new Set(
    records.liquidations.map(({ cdpId, stateVersion }) => `${cdpId}@${stateVersion}`),
  );
  return ids.filter((cdpId) => {
    let change = chain.tables.cdps.newest(cdpId);
    while (change !== undefined && change.since > chain.startVersion) {
      if (!recorded.has(`${cdpId}@${change.since}`) || !wasOverLine(chain, change)) {
        return true;
      }
      change = change.previous;
    }
    return false;
  });
}

function wasOverLine(chain: Chain, change: Versioned<CdpState>): boolean {
  const point = chain.timeline.atVersion(change.since);
  if (change.previous === undefined || point === undefined) {
    return false;
  }
  const before = readAt(chain.tables, change.since - 1);
  const nowSeconds = Math.floor(point.timestampMs / 1_000);
  return assessHealth(change.previous.value, before, {
    nowSeconds,
    oldPrices: "taken",
  }).liquidationLtv.gt(1);
}

function add(sums: Map<string, Num>, resource: string, amount: Num): void {
  sums.set(resource, (sums.get(resource) ?? ZERO).plus(amount));
}
