import type { Decimal } from "./decimal.ts";
import type { Price } from "./market.ts";
import {
  type AcceptanceBasis,
  acceptAnew,
  acceptWithin,
  findBreach,
  isNewer,
  isSameObservation,
  isWithin,
  type PriceGuardState,
  type PriceLimits,
  type SuspectReason,
} from "./price-guard-state.ts";

/** Whether a price deserves belief, with the numbers that decided. */
export type PriceDecision =
  | { readonly kind: "accepted"; readonly basis: AcceptanceBasis; readonly price: Decimal }
  | {
      readonly kind: "suspect";
      readonly reason: SuspectReason;
      /** Null when there is none. */
      readonly price: Decimal | null;
      /** What it was compared with: an accepted price, an anchor or the reference; null when with none of them. */
      readonly base: Decimal | null;
    };

export interface PriceEvidence {
  /** The market's cache entry; undefined when there is none, or none that can be read. */
  readonly observed: Price | undefined;
  readonly state: PriceGuardState;
  /** XRD for one unit, from a source of its own and fresh; null when there is none. */
  readonly reference: Decimal | null;
  /** Ledger time of the reading, seconds since 1970. */
  readonly nowSeconds: bigint;
  readonly limits: PriceLimits;
}

export interface PriceJudgement {
  readonly decision: PriceDecision;
  /** What to remember; the very same object when nothing changed. */
  readonly next: PriceGuardState;
}

/** The ledger's own times may differ by as much. */
const CLOCK_SKEW_SECONDS = 60n;

/**
 * Whether to believe an observation of one asset. Pure: the same evidence gives the same judgement, and judging what came
 * out again changes nothing, so any number of processes may do it in any order.
 *
 *               within band and anchors
 *            ┌───────────────────────────┐
 *            ▼                           │
 *   ┌─────────────┐  breaks a limit   ┌──┴──────┐ newer, does not agree
 *   │  accepted   ├─────────────────▶ │ suspect ├──────┐
 *   │             │ ◀─────────────────┤         │ ◀────┘
 *   └─────────────┘  newer and agrees └─────────┘
 *                    with the suspect, or the reference agrees: anchors start anew
 *
 * While a reference is given it decides alone: agreeing it accepts at once whatever the limits say, disagreeing it is not
 * overruled by any number of observations. Without one the limits decide, and what is implausible stays suspect however
 * often it is repeated. XRD is worth exactly 1, and never comes here.
 */
export function judgePrice(evidence: PriceEvidence): PriceJudgement {
  const { observed, state, reference, limits } = evidence;
  const defect = findDefect(evidence);
  if (defect !== undefined) {
    return { decision: suspect(defect, observed?.price ?? null, null), next: state };
  }
  const observation = observed as Price;
  const { price } = observation;
  if (reference !== null && !isAcceptedByReference(observation, state)) {
    return isWithin(price, reference, limits.referenceTolerance)
      ? believe(observation, "reference", evidence)
      : doubt(observation, "reference_disagrees", reference, state);
  }
  return judgeByLimits(observation, evidence);
}

/** What makes an entry worthless by itself. */
function findDefect({
  observed,
  nowSeconds,
  limits,
}: PriceEvidence): "absent" | "zero" | "too_old" | "from_future" | undefined {
  if (observed === undefined) return "absent";
  if (observed.price <= 0n) return "zero";
  if (observed.timestampSeconds + limits.maxAgeSeconds <= nowSeconds) return "too_old";
  if (observed.timestampSeconds > nowSeconds + CLOCK_SKEW_SECONDS) return "from_future";
  return undefined;
}

/** The reference has moved on since, and says nothing new of an observation that it agreed with when both were fresh. */
function isAcceptedByReference(observation: Price, { accepted }: PriceGuardState): boolean {
  return accepted?.basis === "reference" && isSameObservation(observation, accepted.observation);
}

function judgeByLimits(observation: Price, evidence: PriceEvidence): PriceJudgement {
  const { state, limits } = evidence;
  const { accepted, suspect: pending } = state;
  const { price } = observation;
  const isPending = pending !== null && isSameObservation(observation, pending.observation);
  if (accepted !== null && !isPending && isSameObservation(observation, accepted.observation)) {
    return { decision: { kind: "accepted", basis: accepted.basis, price }, next: state };
  }
  if (pending !== null && !isNewer(observation, pending.observation)) {
    // An entry read twice is one observation; and what is older than a suspect was not believed before it either.
    return doubt(observation, pending.reason, baseOf(price, evidence), state);
  }
  const breach =
    accepted === null
      ? ({ reason: "first_seen", base: null } as const)
      : findBreach(price, accepted, limits);
  if (breach === undefined) return believe(observation, "within_limits", evidence);
  if (breach.reason !== "implausible" && agreesWithSuspect(observation, evidence)) {
    return believe(observation, "second_observation", evidence);
  }
  return doubt(observation, breach.reason, breach.base, state);
}

/**
 * A jump is confirmed by an observation near it. A walk, whose next step lies near as well, only by one that has not gone
 * on in the same direction.
 */
function agreesWithSuspect(
  observation: Price,
  { state: { accepted, suspect: pending }, limits }: PriceEvidence,
): boolean {
  if (pending === null || !isNewer(observation, pending.observation)) return false;
  const { price } = pending.observation;
  if (!isWithin(observation.price, price, limits.agreement)) return false;
  if (!pending.walked || accepted === null) return true;
  const isRise = price > accepted.observation.price;
  return isRise ? observation.price <= price : observation.price >= price;
}

function believe(
  observation: Price,
  basis: AcceptanceBasis,
  { state, limits }: PriceEvidence,
): PriceJudgement {
  const { accepted, suspect: pending } = state;
  const decision = { kind: "accepted", basis, price: observation.price } as const;
  if (accepted === null) return { decision, next: acceptAnew(observation, basis) };
  const isSame = isSameObservation(observation, accepted.observation);
  if (!isSame && !isNewer(observation, accepted.observation)) return { decision, next: state };
  // The guard only moves forward: what is older than the suspect takes nothing back.
  if (pending !== null && pending.observation.timestampSeconds > observation.timestampSeconds) {
    return { decision, next: state };
  }
  const isMove = findBreach(observation.price, accepted, limits) !== undefined;
  const next = isMove ? acceptAnew(observation, basis) : acceptWithin(state, observation, basis);
  return { decision, next };
}

function doubt(
  observation: Price,
  reason: SuspectReason,
  base: Decimal | null,
  state: PriceGuardState,
): PriceJudgement {
  const decision = suspect(reason, observation.price, base);
  const { accepted, suspect: pending } = state;
  const isNews =
    (pending === null || isNewer(observation, pending.observation)) &&
    (accepted === null ||
      isNewer(observation, accepted.observation) ||
      isSameObservation(observation, accepted.observation));
  if (!isNews) return { decision, next: state };
  const isStep = reason === "outside_hour_anchor" || reason === "outside_day_anchor";
  const walked = isStep || (pending?.walked ?? false);
  return { decision, next: { accepted, suspect: { observation, reason, walked } } };
}

function baseOf(price: Decimal, { state: { accepted }, limits }: PriceEvidence): Decimal | null {
  if (accepted === null) return null;
  return findBreach(price, accepted, limits)?.base ?? accepted.observation.price;
}

function suspect(
  reason: SuspectReason,
  price: Decimal | null,
  base: Decimal | null,
): Extract<PriceDecision, { kind: "suspect" }> {
  return { kind: "suspect", reason, price, base };
}

/** What is needed to judge a price that came without its observation. */
export type TipPriceEvidence = Pick<PriceEvidence, "state" | "reference" | "limits"> & {
  readonly price: Decimal;
};

/**
 * Whether to believe a price that the ledger itself used at its tip, such as those in the answer of `get_cdp`. It may be
 * newer than anything the guard has seen, and says not when it was observed; so it is never remembered, and can confirm
 * nothing. It is believed when it is what was accepted last, when the reference agrees, or, without a reference, when it
 * breaks no limit.
 */
export function judgeTipPrice({
  price,
  state,
  reference,
  limits,
}: TipPriceEvidence): PriceDecision {
  const { accepted, suspect: pending } = state;
  if (price <= 0n) return suspect("zero", price, null);
  const isAccepted = price === accepted?.observation.price;
  if (reference !== null && !(isAccepted && accepted?.basis === "reference")) {
    return isWithin(price, reference, limits.referenceTolerance)
      ? { kind: "accepted", basis: "reference", price }
      : suspect("reference_disagrees", price, reference);
  }
  if (accepted === null) return suspect("first_seen", price, null);
  if (price === pending?.observation.price) {
    return suspect(pending.reason, price, accepted.observation.price);
  }
  if (isAccepted) return { kind: "accepted", basis: accepted.basis, price };
  const breach = findBreach(price, accepted, limits);
  if (breach !== undefined) return suspect(breach.reason, price, breach.base);
  return { kind: "accepted", basis: "within_limits", price };
}
