import type { LedgerPoint } from "./types.ts";

/** A round is a second, an epoch five minutes of them. */
const ROUND_MS = 1_000;
const ROUNDS_PER_EPOCH = 300;
const START_EPOCH = 250_000;

/**
 * Consecutive state versions of one kind: rounds, a second apart, or user transactions, all within the
 * round before them. Hours of quiet are one run.
 */
interface Run {
  readonly kind: "rounds" | "transactions";
  readonly firstVersion: number;
  readonly firstTimestampMs: number;
  /** Rounds since the start, of the run's first version. */
  readonly firstRound: number;
  count: number;
}

export interface Timeline {
  head(): LedgerPoint;
  /** Makes the rounds that are due at a time; none when it is before the next one. */
  roundsUntil(timestampMs: number): void;
  /** Rounds begin again at this time, after a halt. */
  resumeAt(timestampMs: number): void;
  /** Takes the next state version for a transaction in the current round. */
  addTransaction(): LedgerPoint;
  atVersion(stateVersion: number): LedgerPoint | undefined;
  atTime(timestampMs: number): LedgerPoint | undefined;
  atEpoch(epoch: number, round: number): LedgerPoint | undefined;
}

export function createTimeline(startMs: number, startVersion: number): Timeline {
  const first: Run = {
    kind: "rounds",
    firstVersion: startVersion,
    firstTimestampMs: startMs,
    firstRound: 0,
    count: 1,
  };
  const runs: Run[] = [first];
  let last = first;
  let nextRoundMs = startMs + ROUND_MS;

  const append = (
    kind: Run["kind"],
    firstTimestampMs: number,
    firstRound: number,
    count: number,
  ) => {
    const firstVersion = last.firstVersion + last.count;
    last = { kind, firstVersion, firstTimestampMs, firstRound, count };
    runs.push(last);
  };
  const lastPoint = () => pointOf(last, last.count - 1);
  const lastRound = () => last.firstRound + (last.kind === "rounds" ? last.count - 1 : 0);

  return {
    head: lastPoint,
    roundsUntil(timestampMs) {
      const due = Math.floor((timestampMs - nextRoundMs) / ROUND_MS) + 1;
      if (due <= 0) {
        return;
      }
      if (last.kind === "rounds" && lastPoint().timestampMs + ROUND_MS === nextRoundMs) {
        last.count += due;
      } else {
        append("rounds", nextRoundMs, lastRound() + 1, due);
      }
      nextRoundMs += due * ROUND_MS;
    },
    resumeAt(timestampMs) {
      nextRoundMs = Math.max(nextRoundMs, timestampMs);
    },
    addTransaction() {
      if (last.kind === "transactions") {
        last.count += 1;
      } else {
        append("transactions", lastPoint().timestampMs, lastRound(), 1);
      }
      return lastPoint();
    },
    atVersion(stateVersion) {
      const run = lastRunWhere(runs, (candidate) => candidate.firstVersion <= stateVersion);
      const index = run === undefined ? -1 : stateVersion - run.firstVersion;
      return run !== undefined && index < run.count ? pointOf(run, index) : undefined;
    },
    atTime(timestampMs) {
      const run = lastRunWhere(runs, (candidate) => candidate.firstTimestampMs <= timestampMs);
      if (run === undefined) {
        return undefined;
      }
      const rounds = Math.floor((timestampMs - run.firstTimestampMs) / ROUND_MS);
      return pointOf(run, run.kind === "rounds" ? Math.min(rounds, run.count - 1) : run.count - 1);
    },
    atEpoch(epoch, round) {
      const wanted = (epoch - START_EPOCH) * ROUNDS_PER_EPOCH + round - 1;
      const run = lastRunWhere(
        runs,
        ({ kind, firstRound }) =>
          firstRound < wanted || (kind === "rounds" && firstRound === wanted),
      );
      const rounds = run?.kind === "rounds" ? run : runs[runs.indexOf(run as Run) - 1];
      const index = rounds === undefined ? -1 : wanted - rounds.firstRound;
      return rounds !== undefined && index < rounds.count ? pointOf(rounds, index) : undefined;
    },
  };
}

function pointOf(run: Run, index: number): LedgerPoint {
  const step = run.kind === "rounds" ? index : 0;
  const round = run.firstRound + step;
  return {
    stateVersion: run.firstVersion + index,
    timestampMs: run.firstTimestampMs + step * ROUND_MS,
    epoch: START_EPOCH + Math.floor(round / ROUNDS_PER_EPOCH),
    round: (round % ROUNDS_PER_EPOCH) + 1,
  };
}

/** The last run for which the condition holds; it holds for none after the first for which it does not. */
function lastRunWhere(runs: readonly Run[], holds: (run: Run) => boolean): Run | undefined {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(runs[middle] as Run)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return runs[low - 1];
}
