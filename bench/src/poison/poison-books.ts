import type { Candidate, Outcome } from "@weft/messages";
import type { CommittedFailure } from "../../../local/src/simulator/ledger/types.ts";
import { firstSubmissions, submitLatencies } from "../burst/first-submissions.ts";
import { pacePerHour } from "../burst/pace.ts";
import { median, percentile } from "../percentile.ts";

/** A round as it was sent. */
export interface SentRound {
  readonly healthy: readonly Candidate[];
  readonly poison: readonly Candidate[];
  /** The same poison as later runs found it again, run by run. */
  readonly later: readonly (readonly Candidate[])[];
}

/** What poison cost the candidates beside it. */
interface PaceBooks {
  /** Healthy candidates submitted per hour, median of the rounds without poison and of those with. */
  readonly healthyPerHour: number;
  readonly poisonedPerHour: number;
  /** Part of the pace that is lost with poison: the median of the pairs. */
  readonly throughputLoss: number;
  /** The same of each pair, which shows how much of it is noise. */
  readonly losses: readonly number[];
  /** From queueing a healthy candidate to its submission, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p50Poisoned: number;
  readonly p99Poisoned: number;
}

/** What was spent on poison. */
interface SpendBooks {
  /** Poisoned CDPs. */
  readonly poison: number;
  /** Of these, how many every later run found in quarantine. */
  readonly poisonQuarantined: number;
  /** Fees of everything that failed on ledger for a poisoned CDP. */
  readonly poisonSpendXrd: number;
  /** The same if each had failed once, and never again. */
  readonly poisonSpendBoundXrd: number;
  /** The most that one of them failed on ledger. */
  readonly poisonAttemptsMost: number;
  /** Endings of the poisoned, the first of each. */
  readonly poisonEndings: Readonly<Record<string, number>>;
}

/** @param rounds in pairs: of two that follow each other, one is without poison */
export function paceBooks(rounds: readonly SentRound[], outcomes: readonly Outcome[]): PaceBooks {
  const paces = rounds.map(({ healthy, poison }) => ({
    isPoisoned: poison.length > 0,
    perHour: pacePerHour([...firstSubmissions(healthy, outcomes).values()]),
    latencies: submitLatencies(healthy, outcomes).filter((ms) => ms !== null),
  }));
  const of = (poisoned: boolean) => paces.filter(({ isPoisoned }) => isPoisoned === poisoned);
  const [without, withPoison] = [of(false), of(true)];
  const losses = without.map(({ perHour }, pair) =>
    rounded(1 - (withPoison[pair]?.perHour ?? Number.NaN) / perHour),
  );
  const perHourOf = (some: typeof paces) => Math.round(median(some.map((one) => one.perHour)));
  const latencyOf = (some: typeof paces, part: number) => {
    const sorted = some.flatMap(({ latencies }) => latencies).sort((a, b) => a - b);
    return percentile(sorted, part);
  };
  return {
    healthyPerHour: perHourOf(without),
    poisonedPerHour: perHourOf(withPoison),
    throughputLoss: rounded(median(losses)),
    losses,
    p50: latencyOf(without, 0.5),
    p99: latencyOf(without, 0.99),
    p50Poisoned: latencyOf(withPoison, 0.5),
    p99Poisoned: latencyOf(withPoison, 0.99),
  };
}

/** @param failures what the ledger committed as a failure, the first of each CDP first */
export function spendBooks(
  rounds: readonly SentRound[],
  outcomes: readonly Outcome[],
  failures: readonly CommittedFailure[],
): SpendBooks {
  const endingOf = new Map(
    outcomes
      .toSorted((a, b) => b.attempt - a.attempt)
      .map(({ cdpId, runId, ending }) => [`${cdpId}/${runId}`, ending]),
  );
  const ending = ({ cdpId, runId }: Candidate) => endingOf.get(`${cdpId}/${runId}`) ?? "none";
  const poison = rounds.flatMap((round) => round.poison);
  const later = rounds.flatMap((round) => round.later.flat());
  const notQuarantined = new Set(
    later.flatMap((candidate) => (ending(candidate) === "quarantined" ? [] : [candidate.cdpId])),
  );
  const poisonEndings: Record<string, number> = {};
  for (const candidate of poison) {
    poisonEndings[ending(candidate)] = (poisonEndings[ending(candidate)] ?? 0) + 1;
  }
  const feesXrd = poison.map(({ cdpId }) =>
    failures.filter(({ cdpIds }) => cdpIds.includes(cdpId)).map(({ feeXrd }) => Number(feeXrd)),
  );
  return {
    poison: poison.length,
    poisonQuarantined: poison.length - notQuarantined.size,
    poisonSpendXrd: rounded(sum(feesXrd.flat())),
    poisonSpendBoundXrd: rounded(sum(feesXrd.map(([first = 0]) => first))),
    poisonAttemptsMost: Math.max(0, ...feesXrd.map(({ length }) => length)),
    poisonEndings,
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const rounded = (value: number) => Number(value.toFixed(4));
