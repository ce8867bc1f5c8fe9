import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createAttemptStore, type OpenAttempt } from "@weft/store";
import { LOCAL_AWS } from "../src/aws/names.ts";
import type { Start } from "./npm-start.ts";
import { until } from "./until.ts";

/**
 * In the round after the fall of prices, kills the one indexer while it holds the batch; and in the next, which believes
 * them, the liquidator that holds the most transactions of unknown end. Returns what that one held.
 */
export async function killWorkers(start: Start): Promise<readonly OpenAttempt[]> {
  await start.line(/^all processes ready/);
  const { GATEWAY_URLS: simulatorUrl } = await start.variables("liquidator");
  const setFaults = (faults: object) =>
    fetch(`${simulatorUrl}/control/faults`, { method: "POST", body: JSON.stringify(faults) });
  const aws = await connect(start);
  try {
    await start.line(/^prices fall/);
    // Long enough to meet the indexer in the middle of the batch, and transactions before their commit.
    await setFaults({ latencyMs: 300, commitDelayMs: 1_000 });
    await until(async () => (await aws.batchesHeld()) === 1);
    process.kill(await start.pidOf("indexer-1"), "SIGKILL");
    await setFaults({ latencyMs: null });
    await start.line(/^indexer-1 was ended by SIGKILL; starting it again/);

    const attempts = await until(aws.attemptsOfBusiest);
    process.kill(pidOfOwner(attempts), "SIGKILL");
    await start.line(/^liquidator-\d was ended by SIGKILL; starting it again/);
    await setFaults({ commitDelayMs: null });
    return attempts;
  } finally {
    aws.close();
  }
}

async function connect(start: Start) {
  const env = await start.variables("liquidator");
  const { region, accessKeyId, secretAccessKey, stateTable } = LOCAL_AWS;
  const shared = { region, credentials: { accessKeyId, secretAccessKey } };
  const dynamo = new DynamoDBClient({ ...shared, endpoint: env.AWS_ENDPOINT_URL_DYNAMODB ?? "" });
  const sqs = new SQSClient({
    ...shared,
    endpoint: env.AWS_ENDPOINT_URL_SQS ?? "",
    useQueueUrlAsEndpoint: false,
  });
  const table = createAttemptStore({ dynamo, table: stateTable });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: LOCAL_AWS.indexQueue }));
  return {
    async batchesHeld() {
      const name = "ApproximateNumberOfMessagesNotVisible";
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }),
      );
      return Number(Attributes?.[name]);
    },
    /** Once somebody holds two attempts that were submitted: all that this one holds. */
    async attemptsOfBusiest(): Promise<OpenAttempt[] | undefined> {
      const submitted: OpenAttempt[] = [];
      for await (const open of table.listUnfinal(AbortSignal.timeout(10_000))) {
        if (open.unfinal.submittedAtMs !== null) submitted.push(open);
      }
      const byOwner = Map.groupBy(submitted, ({ leaseOwner }) => leaseOwner);
      return [...byOwner.values()].find(({ length }) => length >= 2);
    },
    close() {
      dynamo.destroy();
      sqs.destroy();
    },
  };
}

/** A lease is owned by `<host>/<process id>`. */
function pidOfOwner([attempt]: readonly OpenAttempt[]): number {
  return Number(attempt?.leaseOwner.split("/")[1]);
}
