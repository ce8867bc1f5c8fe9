import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createObjectStore } from "@weft/store";
import { LOCAL_AWS } from "../aws/names.ts";
import type { AwsEndpoints } from "../aws/resources.ts";
import type { ObjectReader } from "./books.ts";

export interface AwsClients {
  readonly sqs: SQSClient;
  readonly objects: ObjectReader;
  close(): void;
}

/** Clients of the embedded servers; the starter's own environment has no part in them. */
export function createAwsClients(endpoints: AwsEndpoints): AwsClients {
  const { region, accessKeyId, secretAccessKey, dataBucket } = LOCAL_AWS;
  const shared = { region, credentials: { accessKeyId, secretAccessKey } };
  const sqs = new SQSClient({
    ...shared,
    endpoint: endpoints.sqsUrl,
    useQueueUrlAsEndpoint: false,
  });
  const s3 = new S3Client({ ...shared, endpoint: endpoints.s3Url, forcePathStyle: true });
  return {
    sqs,
    objects: createObjectStore({ s3, bucket: dataBucket }),
    close() {
      sqs.destroy();
      s3.destroy();
    },
  };
}
