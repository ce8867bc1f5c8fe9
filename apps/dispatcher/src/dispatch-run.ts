import type { IndexBatch, RunManifest } from "@weft/messages";
import { AppError, type Logger } from "@weft/runtime";
import type { NewestRuns } from "@weft/store";
import { cutBatches } from "./cut-batches.ts";
import { orderBatches } from "./order-batches.ts";
import type { RunReview } from "./review-runs.ts";
import type { Population, Survey } from "./survey-cdps.ts";

/** The run that is asked for. */
export interface RunOrder {
  readonly runId: string;
  readonly scheduledAtMs: number;
  readonly batchSize: number;
}

/** The ledger as one request found it. */
interface PopulatedHead extends Population {
  readonly stateVersion: bigint;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
}

/** How a run ended, the expected ways. Anything else is thrown, and the Job is tried again. */
export type Dispatch =
  | {
      readonly kind: "dispatched";
      readonly manifest: RunManifest;
      readonly repeated: boolean;
      /** The runs before as they stood when this one began. */
      readonly reviews: readonly RunReview[];
      /** CDPs that the run before did not look at; their batches were sent first. */
      readonly gapCdps: number;
    }
  /** A later run has begun: it looks at every CDP, and at a newer state. */
  | { readonly kind: "superseded" };

export interface DispatchRunDeps {
  /** @throws when the head is too old to act on */
  readonly readFreshPopulation: (signal: AbortSignal) => Promise<PopulatedHead>;
  /** The market's own count of CDPs. */
  readonly readCdpCounter: (stateVersion: bigint, signal: AbortSignal) => Promise<bigint>;
  readonly survey: (
    population: Population,
    stateVersion: bigint,
    signal: AbortSignal,
  ) => Promise<Survey>;
  readonly listIds: (stateVersion: bigint, signal: AbortSignal) => Promise<readonly string[]>;
  readonly readManifest: (runId: string, signal: AbortSignal) => Promise<RunManifest | undefined>;
  readonly putManifest: (manifest: RunManifest, signal: AbortSignal) => Promise<void>;
  readonly newestRuns: (signal: AbortSignal) => Promise<NewestRuns>;
  /** The books of the runs before; none when they cannot be read: the order of sending is worth no delay. */
  readonly reviewRuns: (
    manifest: RunManifest,
    signal: AbortSignal,
  ) => Promise<readonly RunReview[]>;
  /** False when a newer run has begun. */
  readonly beginRun: (runId: string, signal: AbortSignal) => Promise<boolean>;
  /** Supersedes every run before. */
  readonly advanceRun: (runId: string, signal: AbortSignal) => Promise<void>;
  readonly send: (batches: readonly IndexBatch[], signal: AbortSignal) => Promise<void>;
  readonly newTraceId: () => string;
  readonly onCounterDifference: (difference: bigint) => void;
  readonly log: Logger;
}

/**
 * Dispatches one run: head → manifest → begun → batches → run pointer.
 *
 * A Job may die between any two steps, and may or may not be tried again:
 * - The manifest comes first. A second try finds it, and sends the same batches for the same ledger state, marked `again`:
 *   indexers leave alone what they have done.
 * - A run that has begun is known to the one after it, which closes its books whether all its batches were sent or not.
 * - The pointer comes last: runs before are superseded only once every batch of this one is on the queue. Were it to come
 *   before, a Job that dies in between would have the older batches thrown away and nobody look at their CDPs.
 *
 * @throws {AppError} `stale_head`, or what an adapter throws
 */
export async function dispatchRun(
  order: RunOrder,
  deps: DispatchRunDeps,
  signal: AbortSignal,
): Promise<Dispatch> {
  const { runId } = order;
  const population = await deps.readFreshPopulation(signal);
  const newest = await deps.newestRuns(signal);
  if (isOlder(runId, newest.latest) || isOlder(runId, newest.begun)) return { kind: "superseded" };

  const stored = await deps.readManifest(runId, signal);
  const { manifest, ids } =
    stored === undefined
      ? await planRun(order, population, newest, deps, signal)
      : await recallRun(stored, deps, signal);
  tellDifference(manifest, deps);
  const reviews = await deps.reviewRuns(manifest, signal);
  const repeated = stored !== undefined;
  const cut = cutBatches(manifest, ids, repeated);
  const { batches, gapCdps } = orderBatches(manifest, cut, reviews);
  if (!repeated) await deps.putManifest(manifest, signal);
  if (!(await deps.beginRun(runId, signal))) return { kind: "superseded" };
  await deps.send(batches, signal);
  await deps.advanceRun(runId, signal);
  return { kind: "dispatched", manifest, repeated, reviews, gapCdps };
}

/** Run ids sort by time. */
const isOlder = (runId: string, other: string | undefined) => other !== undefined && runId < other;

/** Told each time the run is made, so that it is told even when only a second try comes to its end. */
function tellDifference(
  manifest: RunManifest,
  { onCounterDifference, log }: DispatchRunDeps,
): void {
  const { runId, expected, marketCdpCounter } = manifest;
  const difference = BigInt(expected) - BigInt(marketCdpCounter ?? expected);
  onCounterDifference(difference);
  if (difference === 0n) return;
  const counted = { runId, expected, cdpCounter: marketCdpCounter };
  log.warn(counted, "market counts other than the ids say, going by the ids");
}

interface PlannedRun {
  readonly manifest: RunManifest;
  readonly ids: readonly string[];
}

async function planRun(
  { runId, scheduledAtMs, batchSize }: RunOrder,
  population: PopulatedHead,
  newest: NewestRuns,
  deps: DispatchRunDeps,
  signal: AbortSignal,
): Promise<PlannedRun> {
  const { stateVersion, timestampMs } = population;
  const [cdpCounter, survey] = await Promise.all([
    deps.readCdpCounter(stateVersion, signal),
    deps.survey(population, stateVersion, signal),
  ]);
  const { expected } = survey;
  const manifest: RunManifest = {
    version: 1,
    runId,
    scheduledAt: new Date(scheduledAtMs).toISOString(),
    stateVersion: String(stateVersion),
    ledgerTime: new Date(timestampMs).toISOString(),
    expected,
    batchSize,
    batchCount: Math.ceil(expected / batchSize),
    marketCdpCounter: String(cdpCounter),
    ids:
      survey.kind === "consecutive"
        ? { kind: "consecutive", first: survey.first }
        : { kind: "listed" },
    previousRunId: previousRun(runId, newest),
    traceId: deps.newTraceId(),
  };
  return { manifest, ids: survey.kind === "listed" ? survey.ids : [] };
}

/** The run that began last before this one. A run that lost its manifest finds itself there, and its past is unknown. */
function previousRun(runId: string, { latest, begun = latest }: NewestRuns): string | null {
  return begun === undefined || begun === runId ? null : begun;
}

async function recallRun(
  manifest: RunManifest,
  deps: DispatchRunDeps,
  signal: AbortSignal,
): Promise<PlannedRun> {
  if (manifest.ids.kind === "consecutive") return { manifest, ids: [] };
  const ids = await deps.listIds(BigInt(manifest.stateVersion), signal);
  if (ids.length === manifest.expected) return { manifest, ids };
  throw new AppError(
    "ids_changed",
    `state ${manifest.stateVersion} has ${ids.length} ids, and had ${manifest.expected} before`,
    { disposition: "park" },
  );
}
