import { assertFresh, connectGateway, openReferenceSource, readHead } from "@weft/ledger";
import { type Candidate, runManifestKey } from "@weft/messages";
import {
  createReceiveMetrics,
  createSender,
  createSqs,
  resolveQueueUrl,
  runReceiveLoop,
} from "@weft/queue";
import {
  createRemoteClock,
  runWorker,
  startProgram,
  systemClock,
  VERSION,
  type WorkerShell,
} from "@weft/runtime";
import {
  createDynamo,
  createObjectStore,
  createPriceGuardStore,
  createRunPointer,
  createS3,
} from "@weft/store";
import { type Config, parseConfig } from "./config.ts";
import { createLedgerGate } from "./ledger-gate.ts";
import { createMetrics } from "./metrics.ts";
import { wireBatchHandler } from "./wire.ts";

const APP = "indexer";
/** A batch in hand is finished before the process ends. */
const GRACE_PERIOD_MS = 60_000;
/** No run has this id: reading its manifest only shows whether the bucket answers. */
const NO_RUN = "00000000T000000Z";
const PARTS = ["queue", "gateway", "bucket"] as const;

function connectAws(config: Config) {
  const region = config.AWS_REGION;
  const s3 = createS3({ region, endpointUrl: config.AWS_ENDPOINT_URL_S3 });
  const dynamo = createDynamo({ region, endpointUrl: config.AWS_ENDPOINT_URL_DYNAMODB });
  return {
    sqs: createSqs({ region, endpointUrl: config.AWS_ENDPOINT_URL_SQS }),
    objects: createObjectStore({ s3, bucket: config.DATA_BUCKET }),
    runPointer: createRunPointer({ dynamo, table: config.STATE_TABLE }),
    priceGuard: createPriceGuardStore({ dynamo, table: config.STATE_TABLE }),
  };
}

async function receiveBatches(
  config: Config,
  { registry, log, stop, heartbeat, untilItAnswers }: WorkerShell<(typeof PARTS)[number]>,
): Promise<void> {
  const { sqs, objects, runPointer, priceGuard } = connectAws(config);
  const clock = config.CLOCK_URL === undefined ? systemClock : createRemoteClock(config.CLOCK_URL);
  const gateway = connectGateway(config, { app: APP, version: VERSION, registry });
  const [[queueUrl, parkQueueUrl, liquidationQueueUrl]] = await Promise.all([
    untilItAnswers("queue", (signal) =>
      Promise.all([
        resolveQueueUrl(sqs, config.INDEX_QUEUE, signal),
        resolveQueueUrl(sqs, config.INDEX_DEAD_LETTER_QUEUE, signal),
        resolveQueueUrl(sqs, config.LIQUIDATION_QUEUE, signal),
      ]),
    ),
    untilItAnswers("gateway", (signal) => readHead(gateway, signal)),
    untilItAnswers("bucket", (signal) => objects.getJson(runManifestKey(NO_RUN), signal)),
  ]);
  log.info({ queueUrl, liquidationQueueUrl }, "ready");

  const lifetime = new AbortController();
  const metrics = createMetrics(registry);
  const gate = createLedgerGate({
    readFreshHead: async (signal) => {
      const head = await readHead(gateway, signal);
      const nowMs = await clock.nowMs(signal);
      assertFresh(head, { nowMs, maxAgeSeconds: config.MAX_HEAD_AGE_SECONDS });
    },
    observe: (isShut) => metrics.receivingPaused.set(isShut ? 1 : 0),
    log,
  });
  const handle = wireBatchHandler(config, {
    ...{ gateway, objects, runPointer, priceGuard, clock, metrics, log },
    candidates: createSender<Candidate>({
      sqs,
      queueUrl: liquidationQueueUrl,
      encode: JSON.stringify,
    }),
    readReferences: openReferenceSource(config, clock),
    lifetime: lifetime.signal,
  });
  await runReceiveLoop({
    sqs,
    queueUrl,
    parkQueueUrl,
    maxInFlight: config.BATCHES_IN_FLIGHT,
    visibilityTimeoutSeconds: config.VISIBILITY_TIMEOUT_SECONDS,
    waitTimeSeconds: config.RECEIVE_WAIT_SECONDS,
    handle: (message, signal) => gate.through(() => handle(message, signal)),
    gate: gate.admits,
    observe: createReceiveMetrics(APP, registry),
    onBeat: heartbeat.beat,
    log,
    stop,
  });
  lifetime.abort(new Error("the receive loop has ended"));
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
      work: (shell) => receiveBatches(config, shell),
    }),
});
