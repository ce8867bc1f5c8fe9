import { S3Client } from "@aws-sdk/client-s3";
import { AppError, type Logger, runLoop, sleep, startProgram } from "@weft/runtime";
import { LOCAL_AWS } from "../aws/names.ts";
import { startClusterStack } from "./cluster-stack.ts";
import { type ClusterConfig, parseConfig } from "./config.ts";
import { forgetSnapshots } from "./forget-snapshots.ts";
import { createProbes } from "./probes.ts";

const APP = "local";
/** Nothing is kept, so there is nothing to finish but what is being answered. */
const GRACE_PERIOD_MS = 5_000;
const MINUTE_MS = 60_000;

function startStack(config: ClusterConfig) {
  return startClusterStack({
    aws: {
      host: config.LOCAL_AWS_HOST,
      sqsS3Port: config.LOCAL_AWS_SQS_S3_PORT,
      dynamodbPort: config.LOCAL_AWS_DYNAMODB_PORT,
      publicName: config.LOCAL_AWS_PUBLIC_NAME,
    },
    simulator: config.simulator,
    fundedAccount: config.FUNDED_ACCOUNT,
    wallNowMs: Date.now,
  }).catch((cause: Error) => {
    const message = `the local stack cannot start: ${cause.message}`;
    throw new AppError("local_stack_unavailable", message, { disposition: "park", cause });
  });
}

/** Every minute, until told to stop. */
async function keepMemory(
  s3Url: string,
  retentionMinutes: number,
  { log, stop }: { log: Logger; stop: AbortSignal },
): Promise<void> {
  const { region, accessKeyId, secretAccessKey, dataBucket: bucket } = LOCAL_AWS;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ region, credentials, endpoint: s3Url, forcePathStyle: true });
  await runLoop({
    step: async (signal) => {
      const beforeMs = Date.now() - retentionMinutes * MINUTE_MS;
      try {
        const forgotten = await forgetSnapshots(s3, { bucket, beforeMs }, signal);
        if (forgotten > 0) log.info({ forgotten }, "old snapshots forgotten");
      } catch (err) {
        if (!signal.aborted) log.warn({ err }, "old snapshots not forgotten");
      }
    },
    pauseMs: MINUTE_MS,
    sleep,
    signal: stop,
  });
  s3.destroy();
}

async function serve(config: ClusterConfig, log: Logger, stop: AbortSignal): Promise<void> {
  const probes = createProbes();
  stop.addEventListener("abort", () => probes.markStopping(), { once: true });
  const opsUrl = await probes.server.listen({ host: config.OPS_HOST, port: config.OPS_PORT });
  log.info({ url: opsUrl }, "ops server listening");
  const stack = await startStack(config);
  probes.markReady();
  const { endpoints, gatewayUrl } = stack;
  log.info({ ...endpoints, gatewayUrl, fundedAccount: config.FUNDED_ACCOUNT }, "ready");
  await keepMemory(endpoints.s3Url, config.SNAPSHOT_RETENTION_MINUTES, { log, stop });
  await stack.close();
  await probes.server.close();
}

await startProgram({
  process,
  app: APP,
  parse: parseConfig,
  gracePeriodMs: GRACE_PERIOD_MS,
  run: serve,
});
