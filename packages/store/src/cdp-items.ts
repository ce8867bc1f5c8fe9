import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  type ScanCommandOutput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { AppError } from "@weft/runtime";
import { type CdpState, cdpStateKey, parseCdpState } from "./attempt-record.ts";
import { toItemKey } from "./state-table.ts";

/** A conditional write to the item of one CDP. */
export interface CdpWrite {
  readonly cdpId: string;
  readonly condition: string;
  readonly update: string;
  readonly values: Record<string, AttributeValue>;
}

/**
 * The items of CDPs in the state table.
 *
 * Every method throws `AppError` `state_table_failed` (retry) when DynamoDB does not do it; an aborted call throws the
 * signal's reason.
 */
export interface CdpItems {
  /** The item after the write; undefined when the condition did not hold, and nothing was written. */
  write(write: CdpWrite, signal: AbortSignal): Promise<CdpState | undefined>;
  /** The item as of now; undefined when there is none. */
  read(cdpId: string, signal: AbortSignal): Promise<CdpState | undefined>;
  /** Every item with an unfinal attempt, unparsed. */
  scanUnfinal(signal: AbortSignal): AsyncIterable<Record<string, AttributeValue>>;
}

export function createCdpItems(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): CdpItems {
  const { dynamo, table } = options;
  return {
    async write({ cdpId, condition, update, values }, signal) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: toItemKey(cdpStateKey(cdpId)),
        ConditionExpression: condition,
        UpdateExpression: update,
        ExpressionAttributeValues: values,
        ReturnValues: "ALL_NEW",
      });
      try {
        const { Attributes = {} } = await guarded(`write ${cdpId}`, signal, () =>
          dynamo.send(command, { abortSignal: signal }),
        );
        return parseCdpState(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
    async read(cdpId, signal) {
      const Key = toItemKey(cdpStateKey(cdpId));
      const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item } = await guarded(`read ${cdpId}`, signal, () =>
        dynamo.send(command, { abortSignal: signal }),
      );
      return Item === undefined ? undefined : parseCdpState(Item);
    },
    async *scanUnfinal(signal) {
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const command = new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          FilterExpression: "attribute_exists(unfinal)",
          ExclusiveStartKey,
        });
        const page: ScanCommandOutput = await guarded("list unfinal attempts", signal, () =>
          dynamo.send(command, { abortSignal: signal }),
        );
        yield* page.Items ?? [];
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
    },
  };
}

/** A condition that did not hold is an answer, and passes. */
async function guarded<T>(
  action: string,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ConditionalCheckFailedException) throw cause;
    throw new AppError("state_table_failed", `cannot ${action}`, { disposition: "retry", cause });
  }
}
