import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";

export interface AwsClientOptions {
  readonly region: string;
  /** Set only where it is not AWS that answers. */
  readonly endpointUrl?: string | undefined;
  /** How long a connection may stand still in the middle of an answer, milliseconds. @default 10000 */
  readonly stallTimeoutMs?: number;
}

/** Limits of every request: without them the SDK waits for ever. */
const limits = (stallTimeoutMs = 10_000) => ({
  /** First try included. */
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 2_000,
    // To the head of the answer; its body has only the time-out of the socket.
    requestTimeout: 10_000,
    socketTimeout: stallTimeoutMs,
    // Without it the SDK only logs that a request took too long, and goes on waiting.
    throwOnRequestTimeout: true,
  },
});

/**
 * Copies every request and answer for a log that nobody keeps: a twentieth of all CPU of a liquidator at work.
 * Removing what is not there is no error.
 */
const LOGGER = "loggerMiddleware";

/** A client for S3, with credentials from the SDK's own chain. */
export function createS3({ region, endpointUrl, stallTimeoutMs }: AwsClientOptions): S3Client {
  const client = new S3Client({
    region,
    ...limits(stallTimeoutMs),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl, forcePathStyle: true }),
  });
  client.middlewareStack.remove(LOGGER);
  return client;
}

/** A client for DynamoDB, with credentials from the SDK's own chain. */
export function createDynamo({
  region,
  endpointUrl,
  stallTimeoutMs,
}: AwsClientOptions): DynamoDBClient {
  const client = new DynamoDBClient({
    region,
    ...limits(stallTimeoutMs),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  });
  client.middlewareStack.remove(LOGGER);
  return client;
}
