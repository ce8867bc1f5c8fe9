import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import {
  type AttemptStore,
  createAttemptStore,
  createObjectStore,
  createReservations,
  type Reservations,
} from "@weft/store";
import { LOCAL_AWS } from "../aws/names.ts";
import type { AwsEndpoints } from "../aws/resources.ts";
import type { ObjectReader } from "./books.ts";

export interface AwsClients {
  readonly sqs: SQSClient;
  readonly objects: ObjectReader;
  readonly reservations: Reservations;
  readonly attempts: AttemptStore;
  close(): void;
}

/** Clients of the embedded servers; the starter's own environment has no part in them. */
export function createAwsClients(endpoints: AwsEndpoints): AwsClients {
  const { region, accessKeyId, secretAccessKey, dataBucket, stateTable } = LOCAL_AWS;
  const shared = { region, credentials: { accessKeyId, secretAccessKey } };
  const sqs = new SQSClient({
    ...shared,
    endpoint: endpoints.sqsUrl,
    useQueueUrlAsEndpoint: false,
  });
  const s3 = new S3Client({ ...shared, endpoint: endpoints.s3Url, forcePathStyle: true });
  const dynamo = new DynamoDBClient({ ...shared, endpoint: endpoints.dynamodbUrl });
  return {
    sqs,
    objects: createObjectStore({ s3, bucket: dataBucket }),
    reservations: createReservations({ dynamo, table: stateTable }),
    attempts: createAttemptStore({ dynamo, table: stateTable }),
    close() {
      sqs.destroy();
      s3.destroy();
      dynamo.destroy();
    },
  };
}
