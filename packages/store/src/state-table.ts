import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

/** The table's key: everything about one CDP, and the few singletons, are one item each. */
export interface StateKey {
  readonly pk: string;
  readonly sk: string;
}

/** A key as DynamoDB takes it. */
export const toItemKey = ({ pk, sk }: StateKey) => ({ pk: { S: pk }, sk: { S: sk } });

/** Makes the table if it is not there, and waits until it answers. For local stacks and tests: elsewhere infra makes it. */
export async function createStateTable(dynamo: DynamoDBClient, table: string): Promise<void> {
  try {
    await dynamo.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  // The SDK's own pause between two looks is 20 s: embedded, the table is there in a moment.
  const patience = { client: dynamo, minDelay: 0.05, maxDelay: 2, maxWaitTime: 60 };
  await waitUntilTableExists(patience, { TableName: table });
}
