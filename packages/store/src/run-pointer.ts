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
const storedRun = z.object({ S: runIdField }).optional();
const itemSchema = z.object({ runId: storedRun, begunRunId: storedRun });

/** The newest runs there are. Both of them only ever move forward, whoever races. */
export interface NewestRuns {
  /** All its batches were sent: batches of earlier runs are superseded. Undefined before the first run. */
  readonly latest: string | undefined;
  /** Its manifest is written, and some of its batches may have been sent. Undefined before the first run. */
  readonly begun: string | undefined;
}

/** Where the runs have come to. */
export interface RunPointer {
  /** @throws {AppError} `stored_value_invalid` (park) */
  read(signal: AbortSignal): Promise<NewestRuns>;
  /**
   * Says that the batches of `runId` are about to be sent; false when a newer run has begun, and nothing may be sent.
   *
   * @throws {AppError} `stored_value_invalid` (park) when `runId` is none
   */
  begin(runId: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Says that all batches of `runId` were sent, which supersedes the runs before it. Of an older one, or the same, it
   * changes nothing.
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
  async function moveForward(
    attribute: keyof typeof itemSchema.shape,
    runId: string,
    s: AbortSignal,
  ) {
    const update = new UpdateItemCommand({
      TableName: table,
      Key: toItemKey(KEY),
      ConditionExpression: "attribute_not_exists(#run) OR #run <= :run",
      UpdateExpression: "SET #run = :run",
      ExpressionAttributeNames: { "#run": attribute },
      ExpressionAttributeValues: { ":run": { S: parseStored("run id", runIdField, runId) } },
    });
    try {
      await dynamo.send(update, { abortSignal: s });
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return false;
    }
  }
  return {
    async read(signal) {
      const { Item } = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: toItemKey(KEY), ConsistentRead: true }),
        { abortSignal: signal },
      );
      const { runId, begunRunId } = parseStored("RUN LATEST", itemSchema, Item ?? {});
      return { latest: runId?.S, begun: begunRunId?.S };
    },
    begin: (runId, signal) => moveForward("begunRunId", runId, signal),
    async advance(runId, signal) {
      await moveForward("runId", runId, signal);
    },
  };
}
