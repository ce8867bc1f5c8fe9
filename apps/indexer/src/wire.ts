import {
  type GatewayClient,
  NETWORK_IDS,
  previewHealth,
  priceLimitsOf,
  type ReadReferencePrices,
  readCdps,
  readHead,
  readMarket,
  readStakingUnits,
  resolveMarket,
  valueEach,
  xrdAddress,
} from "@weft/ledger";
import {
  batchSummaryKey,
  type Candidate,
  candidateDeduplicationId,
  type IndexBatch,
  runPricesKey,
  snapshotKey,
} from "@weft/messages";
import { type Market, parseDecimal } from "@weft/protocol";
import type { Handle, Sender } from "@weft/queue";
import { type LedgerClock, type Logger, sleep } from "@weft/runtime";
import {
  encodeSnapshot,
  type ObjectStore,
  type PriceGuardStore,
  type RunPointer,
} from "@weft/store";
import type { Config } from "./config.ts";
import { type BatchEvent, handleBatch } from "./handle-batch.ts";
import { judgePrices } from "./judge-prices.ts";
import { createMarketCache, type ReadMarket } from "./market-cache.ts";
import type { Metrics } from "./metrics.ts";
import { createPriceCache } from "./price-cache.ts";
import { readSummary } from "./read-summary.ts";
import { createRecentHead } from "./recent-head.ts";
import { createPriceReporter, toRunPrices } from "./report-prices.ts";
import { type ScanBatchDeps, scanBatch } from "./scan-batch.ts";
import { sharePreviews } from "./share-previews.ts";
import { toSnapshotRows } from "./snapshot-rows.ts";
import { createStakingUnits } from "./staking-units.ts";
import { createSupersededCheck } from "./superseded.ts";

/** Batches of a run share a version; while one run ends the next may have begun. */
const MARKETS_KEPT = 3;
const LATEST_RUN_MAX_AGE_MS = 5_000;
/** Of the head that previews run at or after; it may be minutes old before it counts as stale. */
const HEAD_MAX_AGE_MS = 2_000;
/** How long CDPs to be confirmed wait for those of other batches; a run takes minutes. */
const CONFIRMATION_LINGER_MS = 300;

export interface Adapters {
  readonly gateway: GatewayClient;
  readonly candidates: Sender<Candidate>;
  readonly objects: ObjectStore;
  readonly runPointer: RunPointer;
  readonly priceGuard: PriceGuardStore;
  /** Null where there is no source. */
  readonly readReferences: ReadReferencePrices | null;
  readonly clock: LedgerClock;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Aborts when nothing of the process is needed any more: reads that batches share take it. */
  readonly lifetime: AbortSignal;
}

/** Joins the jobs of the indexer: what to do with one message of the index queue. */
export function wireBatchHandler(config: Config, adapters: Adapters): Handle {
  const { log } = adapters;
  const deps = scanBatchDeps(config, adapters);
  return (message, signal) =>
    handleBatch(message, signal, {
      scan: async (delivery, s) => {
        // Before the work: what has been done must not be undone by a clock that does not answer.
        await observeLag(delivery.batch.ledgerTime, adapters, s);
        return scanBatch(delivery, deps, s);
      },
      observe: (event) => observeBatch(event, adapters.metrics),
      wallMs: Date.now,
      log,
    });
}

function scanBatchDeps(config: Config, adapters: Adapters): ScanBatchDeps {
  const { gateway, candidates, objects, clock, metrics, log } = adapters;
  const { LENDING_MARKET: lendingMarket, CDP_RESOURCE: cdpResource } = config;
  return {
    isSuperseded: createSupersededCheck({
      latestRun: (signal) => readLatestRun(adapters, signal),
      nowMs: () => performance.now(),
      maxAgeMs: LATEST_RUN_MAX_AGE_MS,
    }),
    readMarket: createMarketCache({
      read: marketReader(config, adapters),
      capacity: MARKETS_KEPT,
    }),
    withStakingUnits: createStakingUnits({
      read: async (resources, stateVersion) => {
        const xrd = await xrdAddress(NETWORK_IDS[config.NETWORK]);
        return readStakingUnits(gateway, { resources, stateVersion, xrd }, adapters.lifetime);
      },
      capacity: MARKETS_KEPT,
    }),
    judgePrices: createPriceCache(priceJudge(config, adapters)),
    readCdps: (ids, stateVersion, signal) =>
      readCdps(gateway, { cdpResource, ids, stateVersion }, signal),
    readHead: createRecentHead({
      read: (signal) => readHead(gateway, signal),
      maxAgeMs: HEAD_MAX_AGE_MS,
      nowMs: () => performance.now(),
    }),
    ledgerNowMs: (signal) => clock.nowMs(signal),
    valueCdps: sharePreviews({
      value: (ids, signal) =>
        valueEach(
          ids,
          (some, s) =>
            previewHealth(gateway, { lendingMarket, ids: some, signal: s, urgent: true }),
          signal,
        ),
      groupSize: config.CONFIRM_BATCH_SIZE,
      lingerMs: CONFIRMATION_LINGER_MS,
      sleep,
      lifetime: adapters.lifetime,
    }),
    sendCandidates: async (found, signal) => {
      await candidates.send(
        found.map((body) => ({
          body,
          groupId: body.cdpId,
          deduplicationId: candidateDeduplicationId(body),
        })),
        signal,
      );
      metrics.candidates.inc(found.length);
    },
    putSnapshot: async (batch, findings, signal) => {
      const { runId, batchIndex, stateVersion, ledgerTime } = batch;
      const bytes = encodeSnapshot(toSnapshotRows(findings, batch), {
        runId,
        stateVersion,
        ledgerTime,
      });
      const type = "application/vnd.apache.parquet";
      await objects.putBytes(snapshotKey(runId, batchIndex), bytes, type, signal);
    },
    readSummary: (batch, signal) => readSummary(batch, adapters, signal),
    putSummary: (summary, signal) =>
      objects.putJson(batchSummaryKey(summary.runId, summary.batchIndex), summary, signal),
    observeControl: ({ end, id, detail }) => {
      metrics.controls.inc({ end });
      metrics.confirmations.inc();
      if (end === "deviates") log.error({ cdpId: id, detail }, "the ledger counts otherwise");
    },
    observeHeadAge: (seconds) => metrics.headAge.set(seconds),
    observeScreening: ({ assessed, suspects }) => {
      metrics.evaluations.inc(assessed);
      metrics.confirmations.inc(suspects);
    },
    wallMs: Date.now,
    lines: {
      confirmFrom: parseDecimal(config.CONFIRM_FROM_LTV),
      badDebtCollateralXrd: parseDecimal(config.BAD_DEBT_COLLATERAL_XRD),
    },
    confirmGroupSize: config.CONFIRM_BATCH_SIZE,
    candidateTtlSeconds: config.CANDIDATE_TTL_SECONDS,
    maxHeadAgeSeconds: config.MAX_HEAD_AGE_SECONDS,
  };
}

function marketReader(config: Config, { gateway, metrics, log, lifetime }: Adapters): ReadMarket {
  const addresses = {
    lendingMarket: config.LENDING_MARKET,
    lendingPool: config.LENDING_POOL,
    cdpResource: config.CDP_RESOURCE,
  };
  return async (state) => {
    const entities = await resolveMarket(gateway, addresses, state.stateVersion, lifetime);
    const xrd = await xrdAddress(NETWORK_IDS[config.NETWORK]);
    const onUndecodable = (entry: object) => {
      metrics.undecodableEntries.inc();
      log.error({ stateVersion: String(state.stateVersion), entry }, "market entry left out");
    };
    return readMarket(gateway, entities, { ...state, xrd, onUndecodable }, lifetime);
  };
}

/** Whether a run is superseded only saves work: a table that does not tell must not stop it. */
async function readLatestRun({ runPointer, log }: Adapters, signal: AbortSignal) {
  try {
    return (await runPointer.read(signal)).latest;
  } catch (err) {
    signal.throwIfAborted();
    log.warn({ err }, "latest run unknown, scanning all the same");
    return undefined;
  }
}

function priceJudge(config: Config, adapters: Adapters) {
  const { priceGuard: store, readReferences, objects, metrics, log, lifetime } = adapters;
  const limits = priceLimitsOf(config);
  const report = createPriceReporter({ metrics, log });
  return async (market: Market, batch: IndexBatch) => {
    const onFailure: Parameters<typeof judgePrices>[1]["onFailure"] = (part, err) => {
      metrics.guardFailures.inc({ part });
      log.warn({ err, part, stateVersion: batch.stateVersion }, "price guard impaired");
    };
    const prices = await judgePrices(
      market,
      { store, readReferences, limits, onFailure },
      lifetime,
    );
    report(prices, market);
    await objects.putJson(runPricesKey(batch.runId), toRunPrices(prices, market, batch), lifetime);
    return prices;
  };
}

async function observeLag(
  ledgerTime: string,
  { clock, metrics }: Adapters,
  signal: AbortSignal,
): Promise<void> {
  const nowMs = await clock.nowMs(signal);
  metrics.ledgerLag.set((nowMs - Date.parse(ledgerTime)) / 1_000);
}

function observeBatch({ end, durationMs, waitMs, summary }: BatchEvent, metrics: Metrics): void {
  metrics.batches.inc({ verdict: end });
  metrics.batchDuration.observe({ verdict: end }, durationMs / 1_000);
  metrics.batchWait.observe(waitMs / 1_000);
  if (summary === null) return;
  for (const counts of [summary.verdicts, summary.skipped, summary.failed]) {
    for (const [verdict, count] of Object.entries(counts)) metrics.cdps.inc({ verdict }, count);
  }
}
