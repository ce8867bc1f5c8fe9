import { hostname } from "node:os";
import {
  accountAddressOf,
  createGatewayClient,
  createKeyFileSigner,
  type GatewayClient,
  NETWORK_IDS,
  readHead,
  readMarket,
  resolveMarket,
  xrdAddress,
} from "@weft/ledger";
import { createSqs, resolveQueueUrl, runReceiveLoop } from "@weft/queue";
import {
  createHeartbeat,
  createLogger,
  createOpsServer,
  createReadiness,
  createRemoteClock,
  EXIT_PERMANENT,
  type Logger,
  persist,
  runProcess,
  sleep,
  systemClock,
} from "@weft/runtime";
import { createAttemptStore, createDynamo, createObjectStore, createS3 } from "@weft/store";
import { Registry } from "prom-client";
import { type Config, parseConfig } from "./config.ts";
import { type MarketFacts, marketFactsOf } from "./market-facts.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { wireCandidateHandler } from "./wire.ts";

const APP = "liquidator";
const VERSION = "0.1.0";
/** Between tries of a dependency that does not answer at the start. */
const START_PAUSE_MS = 2_000;

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

async function readMarketFacts(
  config: Config,
  gateway: GatewayClient,
  signal: AbortSignal,
): Promise<MarketFacts> {
  const { stateVersion, timestampMs } = await readHead(gateway, signal);
  const components = { lendingMarket: config.LENDING_MARKET, lendingPool: config.LENDING_POOL };
  const entities = await resolveMarket(gateway, components, stateVersion, signal);
  const xrd = await xrdAddress(NETWORK_IDS[config.NETWORK]);
  const point = { stateVersion, ledgerTimeMs: timestampMs, xrd };
  return marketFactsOf(entities, await readMarket(gateway, entities, point, signal));
}

async function openExecutor(config: Config) {
  if (config.SIGNING_KEY_FILE === undefined || config.SIGNER === "none") return null;
  const signer = await createKeyFileSigner(config.SIGNING_KEY_FILE);
  const account = await accountAddressOf(signer.publicKeyHex, NETWORK_IDS[config.NETWORK]);
  return { signer, account };
}

async function runLiquidator(config: Config, log: Logger, stop: AbortSignal): Promise<void> {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const heartbeat = createHeartbeat(() => performance.now());
  const readiness = createReadiness(["signer", "queue", "gateway"] as const);
  const ops = createOpsServer({ registry, heartbeat, maxHeartbeatAgeMs: 60_000, readiness });
  const url = await ops.listen({ host: config.OPS_HOST, port: config.OPS_PORT });
  log.info({ url }, "ops server listening");
  stop.addEventListener("abort", () => readiness.markStopping(), { once: true });

  const untilItAnswers = <T>(what: string, step: (signal: AbortSignal) => Promise<T>) =>
    persist({
      step,
      onFailure: (err) => {
        heartbeat.beat();
        log.warn({ err, what }, "not answering yet");
      },
      pauseMs: START_PAUSE_MS,
      sleep,
      signal: stop,
    });

  try {
    const executor = await openExecutor(config);
    readiness.markReady("signer");
    const gateway = connectGateway(config, metrics);
    const market = await untilItAnswers("gateway", (s) => readMarketFacts(config, gateway, s));
    readiness.markReady("gateway");
    const sqs = createSqs({ region: config.AWS_REGION, endpointUrl: config.AWS_ENDPOINT_URL_SQS });
    const queueUrl = await untilItAnswers("queue", (s) =>
      resolveQueueUrl(sqs, config.LIQUIDATION_QUEUE, s),
    );
    readiness.markReady("queue");
    log.info({ queueUrl, account: executor?.account, dryRun: config.DRY_RUN }, "ready");

    const dynamo = createDynamo({
      region: config.AWS_REGION,
      endpointUrl: config.AWS_ENDPOINT_URL_DYNAMODB,
    });
    const s3 = createS3({ region: config.AWS_REGION, endpointUrl: config.AWS_ENDPOINT_URL_S3 });
    await runReceiveLoop({
      sqs,
      queueUrl,
      maxInFlight: config.MESSAGES_IN_FLIGHT,
      visibilityTimeoutSeconds: config.VISIBILITY_TIMEOUT_SECONDS,
      handle: wireCandidateHandler(config, {
        gateway,
        attempts: createAttemptStore({ dynamo, table: config.STATE_TABLE }),
        objects: createObjectStore({ s3, bucket: config.DATA_BUCKET }),
        clock: config.CLOCK_URL === undefined ? systemClock : createRemoteClock(config.CLOCK_URL),
        market,
        executor,
        metrics,
        log,
        owner: `${hostname()}/${process.pid}`,
        stopping: stop,
      }),
      onBeat: heartbeat.beat,
      log,
      stop,
    });
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
    gracePeriodMs: 30_000,
    app: (stop) => runLiquidator(config, log, stop),
  });
}
