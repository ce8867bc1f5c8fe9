import type { CdpState, Holdings, PoolState, PriceEntry } from "./model.ts";

export interface Versioned<V> {
  readonly value: V;
  /** State version that wrote the value. */
  readonly since: number;
  readonly previous: Versioned<V> | undefined;
}

interface Reader<V> {
  get(key: string): V | undefined;
}

/** A table of which every past version can be read. A value is stored once per change, newest first. */
interface Table<V> extends Reader<V> {
  keys(): IterableIterator<string>;
  newest(key: string): Versioned<V> | undefined;
  at(key: string, stateVersion: number): Versioned<V> | undefined;
  put(key: string, value: V, stateVersion: number): void;
}

/** Writes over a table that are not, or not yet, in it. */
interface Overlay<V> extends Reader<V> {
  set(key: string, value: V): void;
  changes(): ReadonlyMap<string, V>;
}

interface State {
  /** Local id → CDP. */
  cdps: CdpState;
  /** Asset → pool. */
  pools: PoolState;
  /** Asset → price. */
  prices: PriceEntry;
  /** Account → what it holds. */
  accounts: Holdings;
  /** `bonus` → the protocol's share of liquidation bonuses. */
  protocol: Holdings;
  /** `off` → services that are switched off, as `service/level`. */
  services: readonly string[];
}

export type Tables = { readonly [K in keyof State]: Table<State[K]> };
export type Overlays = { readonly [K in keyof State]: Overlay<State[K]> };
/** What a valuation reads; tables and overlays both are. */
export type StateReader = { readonly [K in keyof State]: Reader<State[K]> };

export function createTables(): Tables {
  return {
    cdps: createTable(),
    pools: createTable(),
    prices: createTable(),
    accounts: createTable(),
    protocol: createTable(),
    services: createTable(),
  };
}

export function overlay(base: StateReader): Overlays {
  return {
    cdps: createOverlay(base.cdps),
    pools: createOverlay(base.pools),
    prices: createOverlay(base.prices),
    accounts: createOverlay(base.accounts),
    protocol: createOverlay(base.protocol),
    services: createOverlay(base.services),
  };
}

/** The tables as they were at a version. */
export function readAt(tables: Tables, stateVersion: number): StateReader {
  const reader = <V>(table: Table<V>): Reader<V> => ({
    get: (key) => table.at(key, stateVersion)?.value,
  });
  return {
    cdps: reader(tables.cdps),
    pools: reader(tables.pools),
    prices: reader(tables.prices),
    accounts: reader(tables.accounts),
    protocol: reader(tables.protocol),
    services: reader(tables.services),
  };
}

export function writeThrough(tables: Tables, overlays: Overlays, stateVersion: number): void {
  writeTable(tables.cdps, overlays.cdps, stateVersion);
  writeTable(tables.pools, overlays.pools, stateVersion);
  writeTable(tables.prices, overlays.prices, stateVersion);
  writeTable(tables.accounts, overlays.accounts, stateVersion);
  writeTable(tables.protocol, overlays.protocol, stateVersion);
  writeTable(tables.services, overlays.services, stateVersion);
}

function writeTable<V>(table: Table<V>, changed: Overlay<V>, stateVersion: number): void {
  for (const [key, value] of changed.changes()) {
    table.put(key, value, stateVersion);
  }
}

function createTable<V>(): Table<V> {
  const newest = new Map<string, Versioned<V>>();
  return {
    keys: () => newest.keys(),
    get: (key) => newest.get(key)?.value,
    newest: (key) => newest.get(key),
    at(key, stateVersion) {
      let found = newest.get(key);
      while (found !== undefined && found.since > stateVersion) {
        found = found.previous;
      }
      return found;
    },
    put(key, value, stateVersion) {
      newest.set(key, { value, since: stateVersion, previous: newest.get(key) });
    },
  };
}

function createOverlay<V>(base: Reader<V>): Overlay<V> {
  const changed = new Map<string, V>();
  return {
    get: (key) => changed.get(key) ?? base.get(key),
    set: (key, value) => void changed.set(key, value),
    changes: () => changed,
  };
}
