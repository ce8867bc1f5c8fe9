import { ADDRESSES, RESOURCE_ENTRIES } from "./addresses.ts";
import { createBehaviour } from "./behaviour.ts";
import { createChain } from "./chain.ts";
import { Num } from "./numbers.ts";
import { accrueInterest } from "./pools.ts";
import { crashedPrices, currentPrices, observePrices } from "./price-feed.ts";
import { createReads } from "./reads.ts";
import type { LedgerPoint, SimulatedLedger } from "./types.ts";

export interface LedgerOptions {
  /** CDPs ever minted, burned ones among them. */
  readonly cdps: number;
  readonly seed: number;
  readonly commitDelayMs: number;
  readonly wallNowMs: () => number;
  /** Simulated time at the start; not before 2026, when the book was drawn. Default: now, or 2026 on an older clock. */
  readonly startMs?: number;
}

/** 2026-01-01: every CDP of the book was minted before. */
const EARLIEST_START_MS = 1_767_225_600_000;

/**
 * A ledger with Weft's market on it. It has no timer: what is due by the wall clock happens when somebody looks.
 * @throws {RangeError} on a start before 2026
 */
export function createLedger(options: LedgerOptions): SimulatedLedger {
  const { wallNowMs } = options;
  const startMs = Math.floor(options.startMs ?? Math.max(wallNowMs(), EARLIEST_START_MS));
  if (startMs < EARLIEST_START_MS) {
    throw new RangeError("a simulated ledger starts in 2026 or later");
  }
  const chain = createChain({ cdps: options.cdps, seed: options.seed, startMs });
  const { timeline, tables } = chain;
  let offsetMs = startMs - wallNowMs();
  const nowMs = () => wallNowMs() + offsetMs;
  const behaviour = createBehaviour({
    commitDelayMs: options.commitDelayMs,
    beforeFreeze: () => void observe(),
    afterThaw: () => timeline.resumeAt(nowMs()),
  });

  const observe = (): LedgerPoint => {
    if (!behaviour.frozen) {
      chain.catchUp(nowMs(), behaviour.priceFeed);
    }
    return timeline.head();
  };
  const change = (apply: Parameters<typeof chain.apply>[0]): LedgerPoint => {
    observe();
    if (behaviour.frozen) {
      throw new RangeError("the ledger is frozen: nothing can change on it");
    }
    return chain.apply(apply);
  };
  const setPrices = (prices: Readonly<Record<string, string>>) =>
    change((state, nowSeconds) => observePrices(state, prices, nowSeconds));

  return {
    addresses: ADDRESSES,
    behaviour,
    nowMs,
    head: observe,
    pointAtVersion(stateVersion) {
      observe();
      return timeline.atVersion(stateVersion);
    },
    pointAtTime(timestampMs) {
      observe();
      return timeline.atTime(timestampMs);
    },
    pointAtEpoch(epoch, round = 1) {
      observe();
      return timeline.atEpoch(epoch, round);
    },
    ...createReads(chain, options.cdps),
    preview: () => Promise.reject(new Error("no preview yet")),
    submit: () => Promise.reject(new Error("no submission yet")),
    intent() {
      throw new Error("no intents yet");
    },
    committed: () => undefined,
    advance(seconds) {
      if (!(seconds > 0) || !Number.isSafeInteger(seconds)) {
        throw new RangeError(`time moves by whole seconds, forward, not by ${seconds}`);
      }
      observe();
      offsetMs += seconds * 1_000;
      if (behaviour.frozen) {
        return timeline.head();
      }
      timeline.roundsUntil(nowMs());
      return chain.apply((state, nowSeconds) => {
        accrueInterest(state, seconds, nowSeconds);
        if (behaviour.priceFeed === "live") {
          observePrices(state, currentPrices(state), nowSeconds);
        }
      });
    },
    setPrices,
    crash: (fraction) => setPrices(crashedPrices(tables, fraction)),
    prices: () => currentPrices(tables),
    fund: (account, amounts) => change((state) => fund(state, account, amounts)),
    audit() {
      throw new Error("no audit yet");
    },
  };
}

/** @throws {RangeError} on an address that is no account, a resource that is none, or an amount that cannot be split so */
function fund(
  state: Parameters<Parameters<ReturnType<typeof createChain>["apply"]>[0]>[0],
  account: string,
  amounts: Readonly<Record<string, string>>,
): void {
  if (!account.startsWith("account_sim1")) {
    throw new RangeError(`${account} is not an account of this network`);
  }
  const held = new Map(state.accounts.get(account));
  for (const [resource, amount] of Object.entries(amounts)) {
    const divisibility = RESOURCE_ENTRIES.get(resource)?.asset.divisibility;
    if (divisibility === undefined) {
      throw new RangeError(`no fungible resource ${resource}`);
    }
    const added = /^\d+(\.\d+)?$/.test(amount) ? new Num(amount) : undefined;
    if (added === undefined || added.decimalPlaces() > divisibility) {
      throw new RangeError(`${amount} is not an amount of ${resource}`);
    }
    held.set(resource, added.plus(held.get(resource) ?? 0));
  }
  state.accounts.set(account, held);
}
