import type { IndexBatch, RunManifest } from "@weft/messages";
import { AppError, type Logger } from "@weft/runtime";
import { cutBatches } from "./cut-batches.ts";
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
  | { readonly kind: "dispatched"; readonly manifest: RunManifest; readonly repeated: boolean }
  /** A later run is under way: indexers would drop the batches of this one unread. */
  | { readonly kind: "superseded"; readonly latestRunId: string };

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
  readonly latestRun: (signal: AbortSignal) => Promise<string | undefined>;
  readonly advanceRun: (runId: string, signal: AbortSignal) => Promise<void>;
  readonly send: (batches: readonly IndexBatch[], signal: AbortSignal) => Promise<void>;
  readonly newTraceId: () => string;
  readonly onCounterDifference: (difference: bigint) => void;
  readonly log: Logger;
}

/**
 * Dispatches one run: head → manifest → run pointer → batches.
 *
 * The manifest is written before anything else can be seen of the run. A Job that is tried again finds it, and sends
 * the same messages for the same ledger state; indexers overwrite what they have with the same.
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
  const latestRunId = await deps.latestRun(signal);
  if (latestRunId !== undefined && latestRunId > runId) return { kind: "superseded", latestRunId };

  const stored = await deps.readManifest(runId, signal);
  const { manifest, ids } =
    stored === undefined
      ? await planRun(order, population, latestRunId, deps, signal)
      : await recallRun(stored, deps, signal);
  if (stored === undefined) await deps.putManifest(manifest, signal);
  await deps.advanceRun(runId, signal);
  await deps.send(cutBatches(manifest, ids), signal);
  return { kind: "dispatched", manifest, repeated: stored !== undefined };
}

interface PlannedRun {
  readonly manifest: RunManifest;
  readonly ids: readonly string[];
}

async function planRun(
  { runId, scheduledAtMs, batchSize }: RunOrder,
  population: PopulatedHead,
  latestRunId: string | undefined,
  deps: DispatchRunDeps,
  signal: AbortSignal,
): Promise<PlannedRun> {
  const { stateVersion, timestampMs } = population;
  const [cdpCounter, survey] = await Promise.all([
    deps.readCdpCounter(stateVersion, signal),
    deps.survey(population, stateVersion, signal),
  ]);
  const { expected } = survey;
  const difference = BigInt(expected) - cdpCounter;
  deps.onCounterDifference(difference);
  if (difference !== 0n) {
    const counted = { runId, expected, cdpCounter: String(cdpCounter) };
    deps.log.warn(counted, "market counts other than the ids say, going by the ids");
  }
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
    previousRunId: latestRunId === undefined || latestRunId === runId ? null : latestRunId,
    traceId: deps.newTraceId(),
  };
  return { manifest, ids: survey.kind === "listed" ? survey.ids : [] };
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
