import { ADDRESSES, RESOURCE_ENTRIES } from "./addresses.ts";
import { createAudit } from "./audit.ts";
import { createBehaviour } from "./behaviour.ts";
import { createChain } from "./chain.ts";
import { fundAccount } from "./fund-account.ts";
import { accrueInterest } from "./pools.ts";
import { createPreview } from "./preview.ts";
import { crashedPrices, currentPrices, observePrices, removePrices } from "./price-feed.ts";
import { createReads } from "./reads.ts";
import { checkService, OFF } from "./services.ts";
import { readPayload } from "./toolkit.ts";
import { createMempool } from "./transactions.ts";
import type { LedgerPoint, SimulatedLedger } from "./types.ts";

export interface LedgerOptions {
  /** CDPs ever minted, burned ones among them. */
  readonly cdps: number;
  readonly seed: number;
  readonly commitDelayMs: number;
  readonly wallNowMs: () => number;
  /** Simulated time at the start; not before 2026, when the book was drawn. Default: now, or 2026 on an older clock. */
  readonly startMs?: number;
  /** Whether everybody with debt is over the line from the beginning, for a rehearsal. Default: no. */
  readonly underWater?: boolean;
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
  const { cdps, seed, underWater = false } = options;
  const chain = createChain({ cdps, seed, startMs, underWater });
  const { timeline, tables } = chain;
  let offsetMs = startMs - wallNowMs();
  const nowMs = () => wallNowMs() + offsetMs;
  const behaviour = createBehaviour({
    commitDelayMs: options.commitDelayMs,
    beforeFreeze: () => void observe(),
    afterThaw: () => {
      timeline.resumeAt(nowMs());
      timeline.roundsUntil(nowMs());
    },
  });
  const mempool = createMempool({ chain, behaviour, wallNowMs });
  const audit = createAudit(chain);

  const observe = (): LedgerPoint => {
    if (!behaviour.frozen) {
      for (let due = mempool.nextDueMs(); due !== undefined; due = mempool.nextDueMs()) {
        chain.catchUp(due + offsetMs, behaviour.priceFeed);
        mempool.commitDue(due);
      }
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
    preview: createPreview({ chain, behaviour, observe }),
    async submit(payloadHex) {
      const payload = await readPayload(payloadHex);
      observe();
      return mempool.submit(payload);
    },
    intent(intentHash) {
      observe();
      return mempool.intent(intentHash);
    },
    committed(intentHash) {
      observe();
      return mempool.committed(intentHash);
    },
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
        if (behaviour.interest === "written") accrueInterest(state, seconds, nowSeconds);
        if (behaviour.priceFeed === "live") {
          observePrices(state, currentPrices(state), nowSeconds);
        }
      });
    },
    setPrices,
    removePrices: (addresses) => change((state) => removePrices(state, addresses)),
    crash: (fraction) => setPrices(crashedPrices(tables, fraction)),
    prices: () => currentPrices(tables),
    fund(account, amounts) {
      const point = change((state) => fundAccount(state, account, amounts));
      audit.putIn(amounts);
      return point;
    },
    setServicesOff(services) {
      const isResource = (address: string) =>
        RESOURCE_ENTRIES.has(address) || address === ADDRESSES.claimNft;
      for (const service of services) {
        checkService(service, isResource);
      }
      return change((state) => state.services.set(OFF, [...new Set(services)]));
    },
    servicesOff: () => tables.services.get(OFF) ?? [],
    audit() {
      observe();
      return audit.report(mempool.records());
    },
    unfinalTogether: () => mempool.records().unfinalTogether,
  };
}
