import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  type ScanCommandOutput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type CdpState, cdpStateKey, parseCdpState } from "./attempt-record.ts";
import { guardTable } from "./guard-table.ts";
import { toItemKey } from "./state-table.ts";

/** A conditional write to the item of one CDP. */
export interface CdpWrite {
  readonly cdpId: string;
  readonly condition: string;
  readonly update: string;
  /** Undefined where the expressions name none. */
  readonly values: Record<string, AttributeValue> | undefined;
}

/**
 * The items of CDPs in the state table.
 *
 * Every method throws `AppError` `state_table_failed` (retry) when DynamoDB does not do it; an aborted call throws the
 * signal's reason.
 */
export interface CdpItems {
  /** False when the condition did not hold, and nothing was written. */
  write(write: CdpWrite, signal: AbortSignal): Promise<boolean>;
  /** The item after the write; undefined when the condition did not hold, and nothing was written. */
  writeAndRead(write: CdpWrite, signal: AbortSignal): Promise<CdpState | undefined>;
  /** The item as of now; undefined when there is none. */
  read(cdpId: string, signal: AbortSignal): Promise<CdpState | undefined>;
  /** Every item that has this attribute, unparsed. */
  scanWith(
    attribute: "unfinal" | "quarantine",
    signal: AbortSignal,
  ): AsyncIterable<Record<string, AttributeValue>>;
}

export function createCdpItems(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): CdpItems {
  const { dynamo, table } = options;
  /** What the answer holds of the item; undefined when the condition did not hold. */
  const update = async (
    { cdpId, condition, update, values }: CdpWrite,
    ReturnValues: "NONE" | "ALL_NEW",
    signal: AbortSignal,
  ) => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: toItemKey(cdpStateKey(cdpId)),
      ConditionExpression: condition,
      UpdateExpression: update,
      ExpressionAttributeValues: values,
      ReturnValues,
    });
    try {
      const { Attributes = {} } = await guardTable(`write ${cdpId}`, signal, () =>
        dynamo.send(command, { abortSignal: signal }),
      );
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };
  return {
    write: async (write, signal) => (await update(write, "NONE", signal)) !== undefined,
    async writeAndRead(write, signal) {
      const item = await update(write, "ALL_NEW", signal);
      return item === undefined ? undefined : parseCdpState(item);
    },
    async read(cdpId, signal) {
      const Key = toItemKey(cdpStateKey(cdpId));
      const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item } = await guardTable(`read ${cdpId}`, signal, () =>
        dynamo.send(command, { abortSignal: signal }),
      );
      return Item === undefined ? undefined : parseCdpState(Item);
    },
    async *scanWith(attribute, signal) {
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const command = new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          FilterExpression: `attribute_exists(${attribute})`,
          ExclusiveStartKey,
        });
        const page: ScanCommandOutput = await guardTable(
          `list items with ${attribute}`,
          signal,
          () => dynamo.send(command, { abortSignal: signal }),
        );
        yield* page.Items ?? [];
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
    },
  };
}
