import { connectGateway } from "@weft/ledger";
import type { IndexBatch } from "@weft/messages";
import { createSender, createSqs, queueDepth, resolveQueueUrl } from "@weft/queue";
import { createRemoteClock, type Logger, startProgram, systemClock, VERSION } from "@weft/runtime";
import { createDynamo, createObjectStore, createRunPointer, createS3 } from "@weft/store";
import { Registry } from "prom-client";
import { type Config, parseConfig } from "./config.ts";
import { createMetrics, readMetrics } from "./metrics.ts";
import { wireDispatcher } from "./wire.ts";

const APP = "dispatcher";

async function runDispatcher(config: Config, log: Logger, stop: AbortSignal): Promise<void> {
  const region = config.AWS_REGION;
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const sqs = createSqs({ region, endpointUrl: config.AWS_ENDPOINT_URL_SQS });
  const s3 = createS3({ region, endpointUrl: config.AWS_ENDPOINT_URL_S3 });
  const dynamo = createDynamo({ region, endpointUrl: config.AWS_ENDPOINT_URL_DYNAMODB });
  try {
    const queueUrl = await resolveQueueUrl(sqs, config.INDEX_QUEUE, stop);
    const dispatch = wireDispatcher(config, {
      gateway: connectGateway(config, { app: APP, version: VERSION, registry }),
      sender: createSender<IndexBatch>({ sqs, queueUrl, encode: JSON.stringify }),
      queueDepth: (signal) => queueDepth(sqs, queueUrl, signal),
      objects: createObjectStore({ s3, bucket: config.DATA_BUCKET }),
      runPointer: createRunPointer({ dynamo, table: config.STATE_TABLE }),
      clock: config.CLOCK_URL === undefined ? systemClock : createRemoteClock(config.CLOCK_URL),
      metrics,
      log,
    });
    await dispatch(stop);
  } finally {
    log.info({ metrics: await readMetrics(registry) }, "metrics");
  }
}

await startProgram({
  process,
  app: APP,
  parse: parseConfig,
  gracePeriodMs: 20_000,
  run: runDispatcher,
});
