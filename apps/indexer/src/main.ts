import { createGatewayClient, type GatewayClient, readHead } from "@weft/ledger";
import { type Candidate, runManifestKey } from "@weft/messages";
import { createSender, createSqs, resolveQueueUrl, runReceiveLoop } from "@weft/queue";
import {
  createHeartbeat,
  createLogger,
  createOpsServer,
  createReadiness,
  createRemoteClock,
  EXIT_PERMANENT,
  type Heartbeat,
  type Logger,
  persist,
  type Readiness,
  runProcess,
  sleep,
  systemClock,
} from "@weft/runtime";
import { createDynamo, createObjectStore, createRunPointer, createS3 } from "@weft/store";
import { Registry } from "prom-client";
import { type Config, parseConfig } from "./config.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { wireBatchHandler } from "./wire.ts";

const APP = "indexer";
const VERSION = "0.1.0";
/** Between tries of a dependency that does not answer at the start. */
const START_PAUSE_MS = 2_000;
/** The receive loop beats at least once per long poll. */
const MAX_HEARTBEAT_AGE_MS = 60_000;
/** A batch in hand is finished before the process ends. */
const GRACE_PERIOD_MS = 60_000;
/** No run has this id: reading its manifest only shows whether the bucket answers. */
const NO_RUN = "00000000T000000Z";

type Part = "queue" | "gateway" | "bucket";

function readConfig(): Config | undefined {
  try {
    return parseConfig(process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = EXIT_PERMANENT;
    return undefined;
  }
}

function connectGateway(config: Config, metrics: Metrics): GatewayClient {
  return createGatewayClient({
    baseUrls: config.GATEWAY_URLS,
    applicationName: `weft-${APP}`,
    applicationVersion: VERSION,
    maxInFlight: config.GATEWAY_MAX_IN_FLIGHT,
    requestsPerSecond: config.GATEWAY_REQUESTS_PER_SECOND,
    timeoutMs: config.GATEWAY_TIMEOUT_MS,
    observe: {
      onRequest: ({ endpoint, outcome, durationMs }) =>
        metrics.gatewayRequests.observe({ endpoint, outcome }, durationMs / 1_000),
      onRetry: ({ endpoint, reason }) => metrics.gatewayRetries.inc({ endpoint, reason }),
    },
  });
}

function connectAws(config: Config) {
  const region = config.AWS_REGION;
  const sqs = createSqs({ region, endpointUrl: config.AWS_ENDPOINT_URL_SQS });
  const s3 = createS3({ region, endpointUrl: config.AWS_ENDPOINT_URL_S3 });
  const dynamo = createDynamo({ region, endpointUrl: config.AWS_ENDPOINT_URL_DYNAMODB });
  return {
    sqs,
    objects: createObjectStore({ s3, bucket: config.DATA_BUCKET }),
    runPointer: createRunPointer({ dynamo, table: config.STATE_TABLE }),
  };
}

/** Asks a dependency until it answers, while the process stays alive and not ready. */
function createAwait(
  { readiness, heartbeat, log }: { readiness: Readiness<Part>; heartbeat: Heartbeat; log: Logger },
  stop: AbortSignal,
) {
  return async <T>(part: Part, step: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const answer = await persist({
      step,
      onFailure: (err) => {
        heartbeat.beat();
        log.warn({ err, part }, "not answering yet");
      },
      pauseMs: START_PAUSE_MS,
      sleep,
      signal: stop,
    });
    readiness.markReady(part);
    return answer;
  };
}

async function receiveBatches(
  config: Config,
  deps: {
    readonly metrics: Metrics;
    readonly readiness: Readiness<Part>;
    readonly heartbeat: Heartbeat;
    readonly log: Logger;
  },
  stop: AbortSignal,
): Promise<void> {
  const { metrics, heartbeat, log } = deps;
  const { sqs, objects, runPointer } = connectAws(config);
  const gateway = connectGateway(config, metrics);
  const untilItAnswers = createAwait(deps, stop);
  const [[queueUrl, liquidationQueueUrl]] = await Promise.all([
    untilItAnswers("queue", (signal) =>
      Promise.all([
        resolveQueueUrl(sqs, config.INDEX_QUEUE, signal),
        resolveQueueUrl(sqs, config.LIQUIDATION_QUEUE, signal),
      ]),
    ),
    untilItAnswers("gateway", (signal) => readHead(gateway, signal)),
    untilItAnswers("bucket", (signal) => objects.getJson(runManifestKey(NO_RUN), signal)),
  ]);
  log.info({ queueUrl, liquidationQueueUrl }, "ready");

  const lifetime = new AbortController();
  await runReceiveLoop({
    sqs,
    queueUrl,
    maxInFlight: config.BATCHES_IN_FLIGHT,
    visibilityTimeoutSeconds: config.VISIBILITY_TIMEOUT_SECONDS,
    handle: wireBatchHandler(config, {
      gateway,
      candidates: createSender<Candidate>({
        sqs,
        queueUrl: liquidationQueueUrl,
        encode: JSON.stringify,
      }),
      objects,
      runPointer,
      clock: config.CLOCK_URL === undefined ? systemClock : createRemoteClock(config.CLOCK_URL),
      metrics,
      log,
      lifetime: lifetime.signal,
    }),
    onBeat: heartbeat.beat,
    log,
    stop,
  });
  lifetime.abort(new Error("the receive loop has ended"));
}

async function runIndexer(config: Config, log: Logger, stop: AbortSignal): Promise<void> {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const heartbeat = createHeartbeat(() => performance.now());
  const readiness = createReadiness<Part>(["queue", "gateway", "bucket"]);
  const maxHeartbeatAgeMs = MAX_HEARTBEAT_AGE_MS;
  const ops = createOpsServer({ registry, heartbeat, maxHeartbeatAgeMs, readiness });
  const url = await ops.listen({ host: config.OPS_HOST, port: config.OPS_PORT });
  log.info({ url }, "ops server listening");
  stop.addEventListener("abort", () => readiness.markStopping(), { once: true });
  try {
    await receiveBatches(config, { metrics, readiness, heartbeat, log }, stop);
  } catch (error) {
    // Asked to stop while something did not answer yet: an ordinary end.
    if (!stop.aborted) throw error;
  } finally {
    await ops.close();
  }
}

const config = readConfig();
if (config !== undefined) {
  const log = createLogger({ app: APP, version: VERSION, level: config.LOG_LEVEL });
  await runProcess({
    process,
    log,
    gracePeriodMs: GRACE_PERIOD_MS,
    app: (stop) => runIndexer(config, log, stop),
  });
}
