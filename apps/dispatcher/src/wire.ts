import { randomBytes } from "node:crypto";
import {
  assertFresh,
  type GatewayClient,
  readCdpIds,
  readCdps,
  readPopulation,
  resolveMarket,
} from "@weft/ledger";
import {
  batchSummaryPrefix,
  batchSummarySchema,
  type IndexBatch,
  runCoverageKey,
  runIdOf,
  runManifestKey,
  runManifestSchema,
} from "@weft/messages";
import type { Sender } from "@weft/queue";
import { errorCodeOf, type LedgerClock, type Logger } from "@weft/runtime";
import type { ObjectStore, RunPointer } from "@weft/store";
import { unreadCdps } from "./close-books.ts";
import { type ClosePreviousRunDeps, closePreviousRun } from "./close-previous-run.ts";
import type { Config } from "./config.ts";
import { type DispatchRunDeps, dispatchRun } from "./dispatch-run.ts";
import type { Metrics } from "./metrics.ts";
import { readStored } from "./read-stored.ts";
import { scheduledAtMs } from "./scheduled-time.ts";
import { listCdpIds, surveyCdps } from "./survey-cdps.ts";

export interface Adapters {
  readonly gateway: GatewayClient;
  readonly sender: Sender<IndexBatch>;
  readonly objects: ObjectStore;
  readonly runPointer: RunPointer;
  readonly clock: LedgerClock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Joins the jobs of the dispatcher: one run, then the books of the run before. */
export function wireDispatcher(config: Config, adapters: Adapters) {
  const { clock, metrics, log } = adapters;
  const deps = dispatchRunDeps(config, adapters);

  return async (signal: AbortSignal): Promise<void> => {
    const nowMs = await clock.nowMs(signal);
    const dueMs = scheduledAtMs(
      {
        scheduledAt: config.SCHEDULED_AT,
        jobName: config.JOB_NAME,
        intervalSeconds: config.DISPATCH_INTERVAL_SECONDS,
      },
      nowMs,
    );
    const runId = runIdOf(dueMs);
    const order = { runId, scheduledAtMs: dueMs, batchSize: config.BATCH_SIZE };
    const dispatch = await dispatchRun(order, deps, signal);
    if (dispatch.kind === "superseded") {
      log.warn({ runId, latestRunId: dispatch.latestRunId }, "run superseded, nothing sent");
      return;
    }
    const { manifest, repeated } = dispatch;
    const { stateVersion, expected, batchCount, batchSize, traceId, previousRunId } = manifest;
    metrics.expected.set(expected);
    metrics.batches.inc(batchCount);
    metrics.lastScan.set(nowMs / 1_000);
    log.info(
      {
        runId,
        stateVersion,
        expected,
        batchCount,
        batchSize,
        ids: manifest.ids,
        repeated,
        traceId,
      },
      "run dispatched",
    );
    if (previousRunId !== null) await settleBooks(previousRunId, runId, adapters, signal);
  };
}

function dispatchRunDeps(config: Config, adapters: Adapters): DispatchRunDeps {
  const { gateway, sender, objects, runPointer, metrics, log } = adapters;
  const { CDP_RESOURCE: cdpResource } = config;
  const addresses = {
    lendingMarket: config.LENDING_MARKET,
    lendingPool: config.LENDING_POOL,
    cdpResource,
  };
  const readIds = (stateVersion: bigint, signal: AbortSignal) =>
    readCdpIds(gateway, cdpResource, stateVersion, signal);
  return {
    readFreshPopulation: (signal) => readFreshPopulation(config, adapters, signal),
    readCdpCounter: async (stateVersion, signal) =>
      (await resolveMarket(gateway, addresses, stateVersion, signal)).cdpCounter,
    survey: (population, stateVersion, signal) =>
      surveyCdps(
        population,
        {
          mintedAmong: async (ids, s) => {
            const reads = await readCdps(gateway, { cdpResource, ids, stateVersion }, s);
            return new Set(ids.filter((id) => reads.get(id)?.kind !== "unknown"));
          },
          readIds: (s) => readIds(stateVersion, s),
          log,
        },
        signal,
      ),
    listIds: (stateVersion, signal) => listCdpIds(readIds(stateVersion, signal)),
    readManifest: (runId, signal) =>
      readStored(adapters, runManifestSchema, runManifestKey(runId), signal),
    putManifest: (manifest, signal) =>
      objects.putJson(runManifestKey(manifest.runId), manifest, signal),
    latestRun: (signal) => runPointer.latest(signal),
    advanceRun: (runId, signal) => runPointer.advance(runId, signal),
    send: (batches, signal) =>
      sender.send(
        batches.map((body) => ({ body })),
        signal,
      ),
    newTraceId: () => randomBytes(16).toString("hex"),
    onCounterDifference: (difference) => metrics.counterDifference.set(Number(difference)),
    log,
  };
}

async function readFreshPopulation(
  config: Config,
  { gateway, clock, metrics }: Adapters,
  signal: AbortSignal,
) {
  const { head, ...population } = await readPopulation(gateway, config.CDP_RESOURCE, signal);
  const nowMs = await clock.nowMs(signal);
  metrics.headAge.set((nowMs - head.timestampMs) / 1_000);
  try {
    assertFresh(head, { nowMs, maxAgeSeconds: config.MAX_HEAD_AGE_SECONDS });
  } catch (error) {
    metrics.staleHeads.inc();
    throw error;
  }
  const { stateVersion, timestampMs } = head;
  return { ...population, stateVersion, timestampMs };
}

/** The run is on its way already: books that cannot be closed are a pity, not a reason to send it again. */
async function settleBooks(
  runId: string,
  closedByRunId: string,
  adapters: Adapters,
  signal: AbortSignal,
): Promise<void> {
  const { metrics, log } = adapters;
  const closing = { closedByRunId, closedAtMs: Date.now() };
  try {
    const coverage = await closePreviousRun(runId, closing, closeBooksDeps(adapters), signal);
    if (coverage === undefined) return;
    metrics.previousMissing.set(coverage.missing);
    metrics.previousFailed.set(unreadCdps(coverage));
    // 1,000,000 CDPs make 2,000 batches: coverage.json names them all, the line a few.
    const { version: _format, ...books } = coverage;
    const missingBatches = books.missingBatches.slice(0, 20);
    log.info({ ...books, missingBatches }, "run closed");
  } catch (err) {
    log.error({ err, code: errorCodeOf(err), runId }, "books not closed");
  }
}

function closeBooksDeps(adapters: Adapters): ClosePreviousRunDeps {
  const { objects, log } = adapters;
  return {
    readManifest: (runId, signal) =>
      readStored(adapters, runManifestSchema, runManifestKey(runId), signal),
    listSummaries: (runId, signal) => objects.listKeys(batchSummaryPrefix(runId), signal),
    readSummary: (key, signal) => readStored(adapters, batchSummarySchema, key, signal),
    putCoverage: (coverage, signal) =>
      objects.putJson(runCoverageKey(coverage.runId), coverage, signal),
    log,
  };
}
