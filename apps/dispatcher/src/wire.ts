import { randomBytes } from "node:crypto";
import {
  assertFresh,
  type GatewayClient,
  readCdpIds,
  readCdps,
  readPopulation,
  resolveMarket,
} from "@weft/ledger";
import { type IndexBatch, runIdOf, runManifestKey, runManifestSchema } from "@weft/messages";
import type { QueueDepth, Sender } from "@weft/queue";
import type { LedgerClock, Logger } from "@weft/runtime";
import type { ObjectStore, RunPointer } from "@weft/store";
import { createBookkeeping } from "./bookkeeping.ts";
import type { Config } from "./config.ts";
import { type DispatchRunDeps, dispatchRun } from "./dispatch-run.ts";
import type { Metrics } from "./metrics.ts";
import { readStored } from "./read-stored.ts";
import { scheduledAtMs } from "./scheduled-time.ts";
import { listCdpIds, surveyCdps } from "./survey-cdps.ts";

export interface Adapters {
  readonly gateway: GatewayClient;
  readonly sender: Sender<IndexBatch>;
  /** Of the index queue. */
  readonly queueDepth: (signal: AbortSignal) => Promise<QueueDepth>;
  readonly objects: ObjectStore;
  readonly runPointer: RunPointer;
  readonly clock: LedgerClock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Joins the jobs of the dispatcher: one run, and the books of the runs before. */
export function wireDispatcher(config: Config, adapters: Adapters) {
  const { clock, metrics, log } = adapters;
  const { reviewRuns, storeBooks } = createBookkeeping(adapters);
  const deps = { ...dispatchRunDeps(config, adapters), reviewRuns };

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
      log.warn({ runId }, "run superseded, nothing sent");
      return;
    }
    const { manifest, repeated, reviews, gapCdps } = dispatch;
    const { stateVersion, expected, batchCount, batchSize, traceId, ids } = manifest;
    metrics.expected.set(expected);
    metrics.gaps.set(gapCdps);
    metrics.batches.inc(batchCount);
    metrics.lastScan.set(nowMs / 1_000);
    const numbers = { stateVersion, expected, batchCount, batchSize, gapCdps };
    log.info({ runId, ...numbers, ids, repeated, traceId }, "run dispatched");
    await storeBooks(runId, reviews, signal);
  };
}

function dispatchRunDeps(config: Config, adapters: Adapters): Omit<DispatchRunDeps, "reviewRuns"> {
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
    newestRuns: (signal) => runPointer.read(signal),
    beginRun: (runId, signal) => runPointer.begin(runId, signal),
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
