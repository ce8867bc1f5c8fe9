import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { runManifestSchema } from "@weft/messages";
import { z } from "zod";
import { parseStored } from "./parse-stored.ts";
import { type StateKey, toItemKey } from "./state-table.ts";

const KEY: StateKey = { pk: "RUN", sk: "LATEST" };

const { runId: runIdField } = runManifestSchema.shape;
const itemSchema = z.object({ runId: z.object({ S: runIdField }) });

/** The newest run there is, for telling whether a batch is superseded. */
export interface RunPointer {
  /**
   * Undefined before the first run.
   *
   * @throws {AppError} `stored_value_invalid` (park)
   */
  latest(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Moves on to `runId` if it is newer; an older one, or the same, changes nothing.
   *
   * @throws {AppError} `stored_value_invalid` (park) when `runId` is none
   */
  advance(runId: string, signal: AbortSignal): Promise<void>;
}

export function createRunPointer(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): RunPointer {
  const { dynamo, table } = options;
  return {
    async latest(signal) {
      const { Item } = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: toItemKey(KEY), ConsistentRead: true }),
        { abortSignal: signal },
      );
      return Item === undefined ? undefined : parseStored("RUN LATEST", itemSchema, Item).runId.S;
    },
    async advance(runId, signal) {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: toItemKey(KEY),
        ConditionExpression: "attribute_not_exists(runId) OR runId < :runId",
        UpdateExpression: "SET runId = :runId",
        ExpressionAttributeValues: { ":runId": { S: parseStored("run id", runIdField, runId) } },
      });
      try {
        await dynamo.send(update, { abortSignal: signal });
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
