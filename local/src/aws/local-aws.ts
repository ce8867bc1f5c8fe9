import { startDynamoDb } from "./dynamodb-server.ts";
import { createObjectMirror } from "./object-mirror.ts";
import { type AwsEndpoints, createResources } from "./resources.ts";
import { startSqsS3 } from "./sqs-s3-server.ts";

export interface LocalAwsOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly sqsS3Port: number;
  readonly dynamodbPort: number;
  /** Where the objects of S3 lie as files too. */
  readonly s3Folder?: string;
  /** The name under which others reach SQS, where that is not `host`. */
  readonly publicName?: string;
}

export interface LocalAws {
  readonly endpoints: AwsEndpoints;
  close(): Promise<void>;
}

/** Embedded SQS, S3 and DynamoDB with everything the programs expect to be there already. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { host, sqsS3Port, dynamodbPort, s3Folder, publicName } = options;
  const dynamodb = await startDynamoDb({ host, port: dynamodbPort });
  const starting = startSqsS3({
    host,
    port: sqsS3Port,
    tableRequests: dynamodb.requests,
    ...(s3Folder === undefined ? {} : { mirror: createObjectMirror(s3Folder) }),
    ...(publicName === undefined ? {} : { publicName }),
  });
  try {
    const sqsS3 = await starting;
    const endpoints = { sqsUrl: sqsS3.url, s3Url: sqsS3.url, dynamodbUrl: dynamodb.url };
    await createResources(endpoints);
    return {
      endpoints,
      async close() {
        await Promise.all([sqsS3.close(), dynamodb.close()]);
      },
    };
  } catch (error) {
    await Promise.allSettled([dynamodb.close(), starting.then((sqsS3) => sqsS3.close())]);
    throw error;
  }
}
