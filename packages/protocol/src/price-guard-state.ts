import { DECIMAL_ONE, type Decimal } from "./decimal.ts";
import type { Price } from "./market.ts";

/** Why a price is not believed. */
export const SUSPECT_REASONS = [
  /** The market's cache has no entry, or one that cannot be read. */
  "absent",
  /** Zero or less. */
  "zero",
  /** Observed longer ago than a price holds. */
  "too_old",
  /** Observed later than now. */
  "from_future",
  /** No price of this asset was ever accepted. */
  "first_seen",
  /** Too far from the last accepted price. */
  "outside_band",
  /** So far from it that no repetition makes it true: only a reference, or an operator, can say so. */
  "implausible",
  /** Too far from what was accepted an hour ago: a walk in small steps. */
  "outside_hour_anchor",
  /** Too far from what was accepted a day ago. */
  "outside_day_anchor",
  /** The reference source says something else. */
  "reference_disagrees",
  /** What was accepted before cannot be read. */
  "guard_unreadable",
] as const;

export type SuspectReason = (typeof SUSPECT_REASONS)[number];

/** Why a price is believed. */
export const ACCEPTANCE_BASES = [
  /** Within the band and both anchors. */
  "within_limits",
  /** A second, newer observation agreed with a suspect one. */
  "second_observation",
  /** The reference source agreed. */
  "reference",
  /** An operator said so. */
  "operator",
] as const;

export type AcceptanceBasis = (typeof ACCEPTANCE_BASES)[number];

/** How far prices may go without a second opinion. Fractions of what they are compared with: 0.2 is 20 % either way. */
export interface PriceLimits {
  /** From the last accepted price. */
  readonly band: Decimal;
  /** How many times the last accepted price, or how small a part of it, is beyond any second observation: 10 is a tenth to ten times. */
  readonly extremeFactor: Decimal;
  /** From what was accepted one to two hours before. */
  readonly hourBand: Decimal;
  /** From what was accepted one to two days before. */
  readonly dayBand: Decimal;
  /** Of a second observation from the suspect one. */
  readonly agreement: Decimal;
  /** From the reference. */
  readonly referenceTolerance: Decimal;
  /** From this age on an observation says nothing, seconds. */
  readonly maxAgeSeconds: bigint;
}

/** A price that was accepted, and the ledger time of its observation, seconds since 1970. */
export interface AnchorPoint {
  readonly price: Decimal;
  readonly sinceSeconds: bigint;
}

/**
 * What an asset was worth a window ago. Prices are compared with `older`, which is one to two windows old once the anchor
 * has run that long; `newer` takes its place when it is a window old itself. So within any window that follows a calm one,
 * the accepted price cannot leave the anchor's band without a second opinion.
 */
export interface PriceAnchor {
  readonly older: AnchorPoint;
  readonly newer: AnchorPoint;
}

/** What the guard remembers of an asset. */
export interface PriceGuardState {
  /** The last price that was believed; null before the first. */
  readonly accepted: {
    readonly observation: Price;
    readonly basis: AcceptanceBasis;
    readonly hour: PriceAnchor;
    readonly day: PriceAnchor;
  } | null;
  /** The newest observation that was not, waiting for another to agree. */
  readonly suspect: {
    readonly observation: Price;
    readonly reason: SuspectReason;
    /** It came in small steps: believed only once it has come to rest. */
    readonly walked: boolean;
  } | null;
}

/** Of an asset that was never looked at. */
export const UNSEEN: PriceGuardState = { accepted: null, suspect: null };

const HOUR_SECONDS = 3_600n;
const DAY_SECONDS = 86_400n;

/** Whether a price lies within a fraction of a base, both ends included. Exact: nothing is rounded. */
export function isWithin(price: Decimal, base: Decimal, fraction: Decimal): boolean {
  const distance = price > base ? price - base : base - price;
  return distance * DECIMAL_ONE <= base * fraction;
}

/** Whether a price is more than so many times another, or less than that part of it. Exact: nothing is rounded. */
function isImplausible(price: Decimal, base: Decimal, factor: Decimal): boolean {
  return price * DECIMAL_ONE > base * factor || price * factor < base * DECIMAL_ONE;
}

/** The same entry of the cache, read again. */
export function isSameObservation(a: Price, b: Price): boolean {
  return (
    a.timestampSeconds === b.timestampSeconds &&
    a.transactionHash === b.transactionHash &&
    a.price === b.price
  );
}

/** Another observation than `b`, made after it: a later time, and another transaction. */
export function isNewer(a: Price, b: Price): boolean {
  return a.timestampSeconds > b.timestampSeconds && a.transactionHash !== b.transactionHash;
}

/** The limit that a price breaks, the nearest first, and what it was compared with; undefined when it breaks none. */
export function findBreach(
  price: Decimal,
  { observation, hour, day }: NonNullable<PriceGuardState["accepted"]>,
  { band, extremeFactor, hourBand, dayBand }: PriceLimits,
): { readonly reason: SuspectReason; readonly base: Decimal } | undefined {
  if (isImplausible(price, observation.price, extremeFactor)) {
    return { reason: "implausible", base: observation.price };
  }
  const checks = [
    ["outside_band", observation.price, band],
    ["outside_hour_anchor", hour.older.price, hourBand],
    ["outside_day_anchor", day.older.price, dayBand],
  ] as const;
  const broken = checks.find(([, base, fraction]) => !isWithin(price, base, fraction));
  return broken && { reason: broken[0], base: broken[1] };
}

/** The state once an observation that is newer than the accepted one broke no limit: both anchors move on. */
export function acceptWithin(
  { accepted }: PriceGuardState,
  observation: Price,
  basis: AcceptanceBasis,
): PriceGuardState {
  if (accepted === null) return acceptAnew(observation, basis);
  const hour = rolled(accepted.hour, observation, HOUR_SECONDS);
  const day = rolled(accepted.day, observation, DAY_SECONDS);
  return { accepted: { observation, basis, hour, day }, suspect: null };
}

/** The state once an operator vouches for the suspect observation; the same when there is none. */
export function acceptByHand(state: PriceGuardState): PriceGuardState {
  return state.suspect === null ? state : acceptAnew(state.suspect.observation, "operator");
}

/** The state once an observation was believed although it broke a limit: it is what the next ones are compared with. */
export function acceptAnew(observation: Price, basis: AcceptanceBasis): PriceGuardState {
  const point = pointOf(observation);
  const anchor = { older: point, newer: point };
  return { accepted: { observation, basis, hour: anchor, day: anchor }, suspect: null };
}

function rolled(anchor: PriceAnchor, observation: Price, windowSeconds: bigint): PriceAnchor {
  const ageSeconds = observation.timestampSeconds - anchor.newer.sinceSeconds;
  if (ageSeconds < windowSeconds) return anchor;
  return { older: anchor.newer, newer: pointOf(observation) };
}

function pointOf({ price, timestampSeconds }: Price): AnchorPoint {
  return { price, sinceSeconds: timestampSeconds };
}
