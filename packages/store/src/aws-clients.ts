import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";

export interface AwsClientOptions {
  readonly region: string;
  /** Set only where it is not AWS that answers. */
  readonly endpointUrl?: string | undefined;
}

/** Limits of every request: without them the SDK waits for ever. */
const LIMITS = {
  /** First try included. */
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    // Without it the SDK only logs that a request took too long, and goes on waiting.
    throwOnRequestTimeout: true,
  },
} as const;

/** A client for S3, with credentials from the SDK's own chain. */
export function createS3({ region, endpointUrl }: AwsClientOptions): S3Client {
  return new S3Client({
    region,
    ...LIMITS,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl, forcePathStyle: true }),
  });
}

/** A client for DynamoDB, with credentials from the SDK's own chain. */
export function createDynamo({ region, endpointUrl }: AwsClientOptions): DynamoDBClient {
  return new DynamoDBClient({
    region,
    ...LIMITS,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  });
}
