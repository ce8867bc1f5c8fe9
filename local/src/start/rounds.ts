import { type Outcome, runIdOf } from "@weft/messages";
import type { Sleep } from "@weft/runtime";
import type { Audit } from "../simulator/ledger/types.ts";
import { createRunWatch, type ObjectReader, readOutcomes, readRunBooks } from "./books.ts";
import type { LedgerControl } from "./control.ts";
import { scheduledMinute } from "./dispatch.ts";
import type { StartOptions } from "./flags.ts";
import { sortOverLine } from "./over-line.ts";
import { readPriceCounts } from "./price-decisions.ts";
import type { Progress } from "./progress.ts";
import type { FinishedRound } from "./report.ts";
import { awaitRound } from "./round.ts";
import type { Stack } from "./stack.ts";

export interface RoundsDeps {
  readonly options: Pick<StartOptions, "maxRounds" | "crash" | "dryRun">;
  readonly stack: Pick<Stack, "control" | "depths"> & {
    readonly clients: { readonly objects: ObjectReader };
  };
  /** Runs the dispatcher once, for the minute it was due. */
  readonly dispatch: (scheduledAtMs: number) => Promise<void>;
  readonly progress: Progress;
  readonly sleep: Sleep;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** The time of day, for a network that keeps it. */
  readonly wallMs: () => number;
  readonly signal: AbortSignal;
}

export interface RoundsResult {
  readonly rounds: readonly FinishedRound[];
  readonly outcomes: readonly Outcome[];
  readonly audit: Audit | null;
}

/** Ledger time between rounds: what the schedule of a deployment has. The simulated feed observes anew each time. */
const ROUND_SECONDS = 300;
/** The first round sees prices for the first time, the second believes them: then they may fall. */
const FALL_ROUND = 3;

/**
 * Runs rounds until the book is clean: two on a calm market, for a price is believed once it was observed twice; one after
 * the fall of prices, which is suspect at first; and more, at prices observed again, until one had nothing to liquidate.
 * A public network gets one, and no fall.
 */
export async function runRounds(deps: RoundsDeps): Promise<RoundsResult> {
  const { options, stack, signal } = deps;
  const { control } = stack;
  const rounds: FinishedRound[] = [];
  let audit: Audit | null = null;
  const last = control === null ? 1 : options.maxRounds;
  for (let number = 1; number <= last; number += 1) {
    if (control !== null && number > 1) await moveOn(number, control, deps);
    rounds.push(await runRound(number, deps));
    if (control === null) continue;
    const commitsBefore: number = audit?.liquidations.length ?? 0;
    audit = await control.audit(signal);
    const quiet = audit.liquidations.length === commitsBefore;
    if (number > FALL_ROUND && quiet && (await nothingMissed(audit, rounds, deps))) break;
  }
  // Read anew: a batch or an attempt that was worked twice has overwritten its record.
  const books = await Promise.all(
    rounds.map(async (round) => ({
      ...round,
      books: await readRunBooks(stack.clients.objects, round.books.manifest.runId, signal),
    })),
  );
  return { rounds: books, outcomes: await readOutcomes(stack.clients.objects, signal), audit };
}

async function moveOn(number: number, control: LedgerControl, deps: RoundsDeps): Promise<void> {
  const { options, progress, signal } = deps;
  await control.advance(ROUND_SECONDS, signal);
  if (number !== FALL_ROUND) return;
  await control.crash(options.crash, signal);
  progress.say(`prices fall: XRD and its kin lose ${percent(options.crash)} of their value`);
  progress.say("what falls far is not believed before it was observed twice");
}

async function runRound(number: number, deps: RoundsDeps): Promise<FinishedRound> {
  const { stack, progress, sleep, nowMs, wallMs, signal } = deps;
  const startMs = nowMs();
  const timeMs = stack.control === null ? wallMs() : await stack.control.nowMs(signal);
  const scheduledAtMs = scheduledMinute(timeMs);
  const runId = runIdOf(scheduledAtMs);
  await deps.dispatch(scheduledAtMs);
  const watch = createRunWatch(stack.clients.objects, runId);
  const status = await awaitRound(number, {
    look: watch.look,
    depths: stack.depths,
    onStatus: progress.round,
    sleep,
    nowMs,
    signal,
  });
  const wall = nowMs() - startMs;
  progress.roundDone(status, wall / 1_000);
  const { objects } = stack.clients;
  const [books, prices] = await Promise.all([
    readRunBooks(objects, runId, signal),
    readPriceCounts(objects, runId, signal),
  ]);
  return { number, books, prices, wallMs: wall };
}

async function nothingMissed(
  audit: Audit,
  rounds: readonly FinishedRound[],
  { stack, signal, options: { dryRun } }: RoundsDeps,
): Promise<boolean> {
  const outcomes = await readOutcomes(stack.clients.objects, signal);
  const lastRunId = rounds.at(-1)?.books.manifest.runId ?? "";
  return sortOverLine(audit, { outcomes, lastRunId, dryRun }).missed.length === 0;
}

function percent(fraction: string): string {
  return `${Number((Number(fraction) * 100).toFixed(4))} %`;
}
