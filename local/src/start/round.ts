import type { Sleep } from "@weft/runtime";
import type { RunProgress } from "./books.ts";
import { RunFailure } from "./failure.ts";
import type { RoundStatus } from "./progress.ts";
import type { QueueDepths } from "./queues.ts";

export interface RoundDeps {
  readonly look: (signal: AbortSignal) => Promise<RunProgress>;
  readonly depths: (signal: AbortSignal) => Promise<QueueDepths>;
  readonly onStatus: (status: RoundStatus) => void;
  readonly sleep: Sleep;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** Between looks; longer when a look takes long, so that watching takes a tenth of the time at most. */
const MIN_PAUSE_MS = 150;
const MAX_PAUSE_MS = 3_000;
const PAUSE_PER_LOOK = 9;
/** A round in which nothing moves for so long is stuck. */
const STUCK_AFTER_MS = 120_000;
/** SQS counts are approximate: a queue is empty when it was so twice. */
const EMPTY_LOOKS = 2;

/**
 * Waits until a dispatched round is done: every batch has its summary and both queues are empty.
 * A batch that was set aside never gets a summary; it ends the wait, and the verdict tells of it.
 *
 * @throws {RunFailure} when nothing has moved for two minutes, saying what is stuck
 */
export async function awaitRound(round: number, deps: RoundDeps): Promise<RoundStatus> {
  const { look, depths, onStatus, sleep, nowMs, signal } = deps;
  let movedAtMs = nowMs();
  let last = "";
  let pauseMs = MIN_PAUSE_MS;
  for (let emptyLooks = 0; ; await sleep(pauseMs, signal)) {
    signal.throwIfAborted();
    const startMs = nowMs();
    // Queues first: work that ends between the two looks is then counted as still there.
    const depth = await depths(signal);
    const run = await look(signal);
    const status = statusOf(round, run, depth);
    pauseMs = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, (nowMs() - startMs) * PAUSE_PER_LOOK));
    onStatus(status);
    const allBatches = run.batchesDone >= run.batchCount || depth.indexParked > 0;
    emptyLooks = allBatches && status.queued === 0 ? emptyLooks + 1 : 0;
    if (emptyLooks >= EMPTY_LOOKS) return status;

    const now = `${run.batchesDone} ${run.outcomes} ${depth.index} ${depth.liquidation}`;
    if (now !== last) {
      last = now;
      movedAtMs = nowMs();
    } else if (nowMs() - movedAtMs >= STUCK_AFTER_MS) {
      throw new RunFailure(stuckText(round, run, depth));
    }
  }
}

function statusOf(round: number, run: RunProgress, depth: QueueDepths): RoundStatus {
  const { expected, read, candidates, outcomes } = run;
  return { round, expected, read, candidates, outcomes, queued: depth.index + depth.liquidation };
}

function stuckText(round: number, run: RunProgress, depth: QueueDepths): string {
  return [
    `round ${round} is stuck: nothing has moved for ${STUCK_AFTER_MS / 1_000} s`,
    `  batches with a summary: ${run.batchesDone} of ${run.batchCount}`,
    `  index queue: ${depth.index} messages, ${depth.indexParked} set aside`,
    `  liquidation queue: ${depth.liquidation} messages, ${depth.liquidationParked} set aside`,
    `  attempts ended: ${run.outcomes}`,
  ].join("\n");
}
