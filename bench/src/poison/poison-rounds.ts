import type { Candidate } from "@weft/messages";

/**
 * How a CDP is poison. `refused`: the ledger refuses it by preview. `failing`: it goes through by preview, and fails on ledger
 * for a fee.
 */
export type PoisonKind = "refused" | "failing";

interface PoisonedCandidate {
  readonly candidate: Candidate;
  readonly kind: PoisonKind;
}

/** Candidates that are sent together. */
export interface Round {
  readonly healthy: readonly Candidate[];
  /** None in every second round. */
  readonly poison: readonly PoisonedCandidate[];
}

/** How many rounds there are and how large each is. */
export interface RoundSizes {
  /** Each is a round without poison and one with, of the same size. */
  readonly pairs: number;
  readonly healthyPerRound: number;
  readonly poisonPerRound: number;
}

/** More would only make each of them shorter than what is to be seen in it. */
const MOST_PAIRS = 4;

/** As many pairs as leave a whole poisoned CDP to each poisoned round. @param percent of the healthy, 1 to 100 */
export function roundSizes(candidates: number, percent: number): RoundSizes {
  const wholeRounds = Math.floor((candidates * percent) / 100);
  const pairs = Math.min(MOST_PAIRS, Math.max(1, Math.floor(wholeRounds / 2)));
  const healthyPerRound = Math.floor(candidates / (2 * pairs));
  return {
    pairs,
    healthyPerRound,
    poisonPerRound: Math.ceil((healthyPerRound * percent) / 100),
  };
}

/** How many candidates all rounds take. */
export function candidatesFor({ pairs, healthyPerRound, poisonPerRound }: RoundSizes): number {
  return pairs * (2 * healthyPerRound + poisonPerRound);
}

/**
 * Deals candidates out to rounds: without poison, with, with, without, and so on, so that a machine that grows slower or faster
 * does so for both. One after the other goes to the next round, so that each gets of every part of the book.
 */
export function dealRounds(found: readonly Candidate[], sizes: RoundSizes): Round[] {
  const { pairs, healthyPerRound, poisonPerRound } = sizes;
  const rounds = 2 * pairs;
  const healthy = found.slice(0, rounds * healthyPerRound);
  const rest = found.slice(healthy.length, candidatesFor(sizes));
  const poison = rest.map(
    (candidate, index): PoisonedCandidate => ({
      candidate,
      kind: index % 2 === 0 ? "failing" : "refused",
    }),
  );
  return Array.from({ length: rounds }, (_, round) => {
    const pair = Math.floor(round / 2);
    const isPoisoned = pair % 2 !== round % 2;
    return {
      healthy: healthy.filter((_candidate, index) => index % rounds === round),
      poison: isPoisoned ? poison.slice(pair * poisonPerRound, (pair + 1) * poisonPerRound) : [],
    };
  });
}

/** The candidates of a round as they are sent: the poison spread evenly among the healthy. */
export function mixed({ healthy, poison }: Round): Candidate[] {
  const every = healthy.length / poison.length;
  const before = (index: number) =>
    poison.flatMap(({ candidate }, at) =>
      Math.floor((at + 0.5) * every) === index ? [candidate] : [],
    );
  return healthy.flatMap((candidate, index) => [...before(index), candidate]);
}
