import {
  type BatchSummary,
  batchSummaryPrefix,
  batchSummarySchema,
  OUTCOME_PREFIX,
  type Outcome,
  outcomeSchema,
  type RunManifest,
  runManifestKey,
  runManifestSchema,
} from "@weft/messages";
import { createSemaphore } from "@weft/runtime";
import type { z } from "zod";
import { RunFailure } from "./failure.ts";

/** The read side of the data bucket. */
export interface ObjectReader {
  getJson(key: string, signal: AbortSignal): Promise<unknown>;
  listKeys(prefix: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** What one run set out to do and what its batches came to. */
export interface RunBooks {
  readonly manifest: RunManifest;
  readonly summaries: readonly BatchSummary[];
}

const READS_IN_FLIGHT = 16;

/** @throws {RunFailure} when an object is not what its key promises */
export async function readRunBooks(
  objects: ObjectReader,
  runId: string,
  signal: AbortSignal,
): Promise<RunBooks> {
  const manifestKey = runManifestKey(runId);
  const manifest = parseRecord(
    runManifestSchema,
    manifestKey,
    await objects.getJson(manifestKey, signal),
  );
  const keys = await objects.listKeys(batchSummaryPrefix(runId), signal);
  return { manifest, summaries: await readAll(objects, batchSummarySchema, keys, signal) };
}

/** Every recorded outcome of every run, in the order of its keys: by run, CDP and attempt. */
export async function readOutcomes(objects: ObjectReader, signal: AbortSignal): Promise<Outcome[]> {
  const keys = await objects.listKeys(OUTCOME_PREFIX, signal);
  return readAll(objects, outcomeSchema, [...keys].sort(), signal);
}

/** Keeps what a run has stored so far, reading each object once: for watching, not for judging. */
export function createRunWatch(objects: ObjectReader, runId: string) {
  let manifest: RunManifest | undefined;
  const seen = new Map<string, BatchSummary>();
  return {
    async look(signal: AbortSignal): Promise<RunProgress> {
      manifest ??= parseRecord(
        runManifestSchema,
        runManifestKey(runId),
        await objects.getJson(runManifestKey(runId), signal),
      );
      const keys = await objects.listKeys(batchSummaryPrefix(runId), signal);
      const fresh = keys.filter((key) => !seen.has(key));
      const summaries = await readAll(objects, batchSummarySchema, fresh, signal);
      fresh.forEach((key, index) => {
        const summary = summaries[index];
        if (summary !== undefined) seen.set(key, summary);
      });
      const outcomes = await objects.listKeys(`${OUTCOME_PREFIX}run=${runId}/`, signal);
      return progressOf(manifest, [...seen.values()], outcomes.length);
    },
  };
}

/** How far a run has come. */
export interface RunProgress {
  readonly batchCount: number;
  readonly batchesDone: number;
  readonly expected: number;
  /** Positions accounted for: scanned, skipped or failed. */
  readonly read: number;
  readonly candidates: number;
  readonly outcomes: number;
}

function progressOf(
  manifest: RunManifest,
  summaries: readonly BatchSummary[],
  outcomes: number,
): RunProgress {
  return {
    batchCount: manifest.batchCount,
    batchesDone: summaries.length,
    expected: manifest.expected,
    read: summaries.reduce((total, { expected }) => total + expected, 0),
    candidates: summaries.reduce((total, { candidates }) => total + candidates, 0),
    outcomes,
  };
}

function readAll<T>(
  objects: ObjectReader,
  schema: z.ZodType<T>,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<T[]> {
  const places = createSemaphore(READS_IN_FLIGHT);
  const read = async (key: string) => parseRecord(schema, key, await objects.getJson(key, signal));
  return Promise.all(keys.map((key) => places.run(() => read(key), signal)));
}

/** @throws {RunFailure} when there is no such object, or it is not what its key promises */
export function parseRecord<T>(schema: z.ZodType<T>, key: string, stored: unknown): T {
  if (stored === undefined) throw new RunFailure(`the data bucket has no ${key}`);
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RunFailure(
    `${key} is not what it should be: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
  );
}
