import { hostname } from "node:os";
import {
  assertFresh,
  connectGateway,
  type GatewayClient,
  openReferenceSource,
  readHead,
} from "@weft/ledger";
import { createReceiveMetrics, createSqs, resolveQueueUrl, runReceiveLoop } from "@weft/queue";
import {
  createRemoteClock,
  type LedgerClock,
  runLoop,
  runWorker,
  sleep,
  startProgram,
  systemClock,
  VERSION,
  type WorkerShell,
} from "@weft/runtime";
import {
  createAttemptStore,
  createDynamo,
  createFleetSwitch,
  createObjectStore,
  createPriceGuardStore,
  createReservations,
  createS3,
} from "@weft/store";
import { createBacklog } from "./backlog.ts";
import { type Config, parseConfig } from "./config.ts";
import { createFleetWatch } from "./fleet-watch.ts";
import { createMetrics } from "./metrics.ts";
import { openExecutor } from "./open-executor.ts";
import { openMarket } from "./open-market.ts";
import { createOutageWatch } from "./outage-watch.ts";
import { createReceiveGate } from "./receive-gate.ts";
import { createRunStep } from "./run-step.ts";
import { JOB_STEPS } from "./steps.ts";
import { wireLiquidator } from "./wire.ts";
import { wireTreasury } from "./wire-treasury.ts";

const APP = "liquidator";
/** What is being executed is brought to submission before the process ends. */
const GRACE_PERIOD_MS = 30_000;
const PARTS = ["signer", "gateway", "queue", "table"] as const;
/** From the end of one round over the table to the start of the next. */
const RECONCILE_PAUSE_MS = 60_000;
/** From the end of one look at the treasury to the start of the next. */
const TREASURY_PAUSE_MS = 60_000;
/** How long a receive waits for executors before it asks again whether it may. */
const BACKLOG_PATIENCE_MS = 5_000;
/** Between two readings of pools and switches. */
const TERMS_PAUSE_MS = 60_000;

function connectAws(config: Config) {
  const region = config.AWS_REGION;
  const s3 = createS3({ region, endpointUrl: config.AWS_ENDPOINT_URL_S3 });
  const dynamo = createDynamo({ region, endpointUrl: config.AWS_ENDPOINT_URL_DYNAMODB });
  return {
    sqs: createSqs({ region, endpointUrl: config.AWS_ENDPOINT_URL_SQS }),
    objects: createObjectStore({ s3, bucket: config.DATA_BUCKET }),
    attempts: createAttemptStore({ dynamo, table: config.STATE_TABLE }),
    priceGuard: createPriceGuardStore({ dynamo, table: config.STATE_TABLE }),
    fleetSwitch: createFleetSwitch({ dynamo, table: config.STATE_TABLE }),
    reservations: createReservations({ dynamo, table: config.STATE_TABLE }),
  };
}

async function receiveCandidates(
  config: Config,
  { registry, log, stop, heartbeat, untilItAnswers }: WorkerShell<(typeof PARTS)[number]>,
): Promise<void> {
  const metrics = createMetrics(registry);
  const { sqs, objects, attempts, fleetSwitch, reservations, priceGuard } = connectAws(config);
  const clock = config.CLOCK_URL === undefined ? systemClock : createRemoteClock(config.CLOCK_URL);
  const gateway = connectGateway(config, { app: APP, version: VERSION, registry });
  const [executor, { market, termsKeeper }, [queueUrl, parkQueueUrl]] = await Promise.all([
    untilItAnswers("signer", (signal) => openExecutor(config, signal)),
    untilItAnswers("gateway", (signal) => openMarket(config, { gateway, log }, signal)),
    untilItAnswers("queue", (signal) =>
      Promise.all([
        resolveQueueUrl(sqs, config.LIQUIDATION_QUEUE, signal),
        resolveQueueUrl(sqs, config.LIQUIDATION_DEAD_LETTER_QUEUE, signal),
      ]),
    ),
    untilItAnswers("table", (signal) => fleetSwitch.read(signal)),
  ]);
  log.info({ queueUrl, account: executor?.account, dryRun: config.DRY_RUN }, "ready");
  const owner = `${hostname()}/${process.pid}`;
  const keeper =
    executor === null || config.DRY_RUN
      ? null
      : wireTreasury(config, {
          ...{ gateway, account: executor.account, attempts, reservations, market, metrics },
          ...{ owner, log },
        });

  const nowMs = () => performance.now();
  const fleet = createFleetWatch({
    ...fleetSwitch,
    readFreshHead: (signal) => readFreshHead(config, gateway, clock, signal),
    holdFireEpochs: config.HOLD_FIRE_EPOCHS,
    nowMs,
  });
  const outage = createOutageWatch({ nowMs, random: Math.random, log });
  const backlog = createBacklog({
    most: Math.floor(config.EXECUTORS / 2),
    patienceMs: BACKLOG_PATIENCE_MS,
    sleep,
  });
  const runStep = createRunStep({ metrics, log, nowMs });
  const { handle, reconcile } = wireLiquidator(config, {
    ...{
      gateway,
      attempts,
      objects,
      reservations,
      clock,
      market,
      executor,
      fleet,
      outage,
      backlog,
      runStep,
      metrics,
      log,
    },
    treasurer: keeper?.treasurer ?? null,
    releaseOrphanedHolds: async (signal) => keeper?.releaseOrphanedHolds(signal),
    time: { nowMs, sleep },
    owner,
    priceGuard,
    readReferences: openReferenceSource(config, clock),
    stopping: stop,
  });
  await Promise.all([
    runReceiveLoop({
      sqs,
      queueUrl,
      parkQueueUrl,
      maxInFlight: config.MESSAGES_IN_FLIGHT,
      visibilityTimeoutSeconds: config.VISIBILITY_TIMEOUT_SECONDS,
      waitTimeSeconds: config.RECEIVE_WAIT_SECONDS,
      handle,
      aroundAnswer: ({ groupId, messageId }, answer) =>
        runStep({ step: JOB_STEPS.ANSWER.answerMessage, cdpId: groupId ?? messageId }, answer),
      gate: createReceiveGate({ fleet, outage, backlog, metrics, log }),
      observe: createReceiveMetrics(APP, registry),
      onBeat: heartbeat.beat,
      log,
      stop,
    }),
    runLoop({ step: reconcile, pauseMs: RECONCILE_PAUSE_MS, sleep, signal: stop }),
    keeper && runLoop({ step: keeper.watch, pauseMs: TREASURY_PAUSE_MS, sleep, signal: stop }),
    runLoop({ step: termsKeeper.refresh, pauseMs: TERMS_PAUSE_MS, sleep, signal: stop }),
  ]);
}

/** The head, refused when it is too old to tell an epoch by. */
async function readFreshHead(
  config: Config,
  gateway: GatewayClient,
  clock: LedgerClock,
  signal: AbortSignal,
) {
  const head = await readHead(gateway, signal);
  const nowMs = await clock.nowMs(signal);
  assertFresh(head, { nowMs, maxAgeSeconds: config.MAX_HEAD_AGE_SECONDS });
  return head;
}

await startProgram({
  process,
  app: APP,
  parse: parseConfig,
  gracePeriodMs: GRACE_PERIOD_MS,
  run: (config, log, stop) =>
    runWorker({
      app: APP,
      ops: config,
      parts: PARTS,
      log,
      stop,
      work: (shell) => receiveCandidates(config, shell),
    }),
});
