import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createFleetSwitch, createStateTable } from "@weft/store";
import { LOCAL_AWS } from "./names.ts";

export interface AwsEndpoints {
  readonly sqsUrl: string;
  readonly s3Url: string;
  readonly dynamodbUrl: string;
}

/** Backstops only: the programs count failures themselves and park by that count. */
const MAX_RECEIVES_OF_A_BATCH = 10;
const MAX_RECEIVES_OF_A_CANDIDATE = 50;

/** Makes the queues with their dead-letter queues, the bucket and the table. Safe to run again. */
export async function createResources(endpoints: AwsEndpoints): Promise<void> {
  const { region, accessKeyId, secretAccessKey } = LOCAL_AWS;
  const shared = { region, credentials: { accessKeyId, secretAccessKey } };
  const sqs = new SQSClient({
    ...shared,
    endpoint: endpoints.sqsUrl,
    useQueueUrlAsEndpoint: false,
  });
  const s3 = new S3Client({ ...shared, endpoint: endpoints.s3Url, forcePathStyle: true });
  const dynamo = new DynamoDBClient({ ...shared, endpoint: endpoints.dynamodbUrl });
  try {
    await createQueues(sqs);
    await s3.send(new CreateBucketCommand({ Bucket: LOCAL_AWS.dataBucket }));
    await createStateTable(dynamo, LOCAL_AWS.stateTable);
    // Table and ledger are born together: nothing that was signed before can be open.
    const fleet = createFleetSwitch({ dynamo, table: LOCAL_AWS.stateTable });
    await fleet.holdFire({ untilEpoch: 0 }, new AbortController().signal);
  } finally {
    sqs.destroy();
    s3.destroy();
    dynamo.destroy();
  }
}

async function createQueues(sqs: SQSClient): Promise<void> {
  const fifo = { FifoQueue: "true", ContentBasedDeduplication: "false" };
  const indexDlqArn = await createQueue(sqs, LOCAL_AWS.indexDeadLetterQueue, {});
  await createQueue(sqs, LOCAL_AWS.indexQueue, redrive(indexDlqArn, MAX_RECEIVES_OF_A_BATCH));
  const liquidationDlqArn = await createQueue(sqs, LOCAL_AWS.liquidationDeadLetterQueue, fifo);
  await createQueue(sqs, LOCAL_AWS.liquidationQueue, {
    ...fifo,
    ...redrive(liquidationDlqArn, MAX_RECEIVES_OF_A_CANDIDATE),
  });
}

async function createQueue(
  sqs: SQSClient,
  name: string,
  attributes: Record<string, string>,
): Promise<string> {
  const created = await sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { VisibilityTimeout: "30", ...attributes },
    }),
  );
  const read = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: created.QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const arn = read.Attributes?.QueueArn;
  if (arn === undefined) throw new Error(`the queue ${name} has no ARN`);
  return arn;
}

function redrive(deadLetterTargetArn: string, maxReceiveCount: number): Record<string, string> {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) };
}
