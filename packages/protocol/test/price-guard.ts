import {
  judgePrice,
  type Price,
  type PriceDecision,
  type PriceGuardState,
  type PriceLimits,
  parseDecimal,
  UNSEEN,
} from "../src/index.ts";
import { LEDGER_TIME } from "./builders.ts";

export const HOURS = 3_600n;

/** The limits that programs have by default. */
export const PRICE_LIMITS: PriceLimits = {
  band: parseDecimal("0.2"),
  hourBand: parseDecimal("0.35"),
  dayBand: parseDecimal("0.5"),
  extremeFactor: parseDecimal("10"),
  agreement: parseDecimal("0.05"),
  referenceTolerance: parseDecimal("0.01"),
  maxAgeSeconds: 14_400n,
};

/** An observation so many seconds after `LEDGER_TIME`, by a transaction of its own. */
export function observe(price: string, seconds = 0n): Price {
  return {
    price: parseDecimal(price),
    timestampSeconds: LEDGER_TIME + seconds,
    transactionHash: `tx${seconds}`,
  };
}

/** One asset's guard that remembers from judgement to judgement. */
export function createGuard(state: PriceGuardState = UNSEEN, limits = PRICE_LIMITS) {
  let nowSeconds: bigint | undefined;
  const guard = {
    state,
    limits,
    /** Stands still at this time; otherwise it is always the time of the observation. */
    at(seconds: bigint) {
      nowSeconds = LEDGER_TIME + seconds;
      return guard;
    },
    judge(observed: Price | undefined, reference: string | null = null): PriceDecision {
      const { decision, next } = judgePrice({
        observed,
        state: guard.state,
        reference: reference === null ? null : parseDecimal(reference),
        nowSeconds: nowSeconds ?? observed?.timestampSeconds ?? LEDGER_TIME,
        limits,
      });
      guard.state = next;
      return decision;
    },
    /** Makes the guard accept a price at a time, seen twice where it has to. */
    settle(price: string, seconds: bigint) {
      guard.judge(observe(price, seconds - 1n));
      guard.judge(observe(price, seconds));
    },
  };
  return guard;
}
