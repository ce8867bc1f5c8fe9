import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { sleep } from "@weft/runtime";
import { guardTable, tableFailed } from "./guard-table.ts";
import { type StateKey, toItemKey } from "./state-table.ts";

type Item = Record<string, AttributeValue>;

/**
 * Over how many items the holds are spread. A write costs by the size of its whole item, and a partition takes 1,000 units
 * a second: see docs/adr/0016-reservations.md. Changing it strands the holds there are.
 */
export const TREASURY_SHARDS = 8;

/** DynamoDB may leave keys out of an answer when it is busy. */
const TRIES = 6;
const PAUSE_MS = 50;

/** A write to one shard; names and values as DynamoDB takes them. */
interface ShardWrite {
  readonly shard: number;
  readonly condition?: string;
  readonly update: string;
  readonly names: Record<string, string>;
  readonly values?: Record<string, AttributeValue>;
}

/** Every method throws `AppError` `state_table_failed` (retry), or the signal's reason. */
export interface TreasuryShards {
  /** False when the condition did not hold, and nothing was written. */
  write(write: ShardWrite, signal: AbortSignal): Promise<boolean>;
  read(shard: number, signal: AbortSignal): Promise<Item>;
  /** By shard, each as of a moment within the call. One that was never written is empty. */
  readAll(signal: AbortSignal): Promise<readonly Item[]>;
}

/** The shard that a CDP's hold lies in: ids are minted in order, so any eight neighbours lie apart. */
export function shardOf(cdpId: string): number {
  return Number(BigInt(cdpId.replaceAll("#", "")) % BigInt(TREASURY_SHARDS));
}

const keyOf = (shard: number): StateKey => ({ pk: `TREASURY#${shard}`, sk: "STATE" });

export function createTreasuryShards(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): TreasuryShards {
  const { dynamo, table } = options;
  return {
    async write({ shard, condition, update, names, values }, signal) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: toItemKey(keyOf(shard)),
        ConditionExpression: condition,
        UpdateExpression: update,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      });
      try {
        await guardTable(`write shard ${shard} of the treasury`, signal, () =>
          dynamo.send(command, { abortSignal: signal }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
    async read(shard, signal) {
      const Key = toItemKey(keyOf(shard));
      const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item = {} } = await guardTable(`read shard ${shard} of the treasury`, signal, () =>
        dynamo.send(command, { abortSignal: signal }),
      );
      return Item;
    },
    async readAll(signal) {
      const found = new Map<string, Item>();
      const all = Array.from({ length: TREASURY_SHARDS }, (_, shard) => keyOf(shard));
      let Keys: Item[] = all.map(toItemKey);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const command = new BatchGetItemCommand({
          RequestItems: { [table]: { Keys, ConsistentRead: true } },
        });
        const answer = await guardTable("read the treasury", signal, () =>
          dynamo.send(command, { abortSignal: signal }),
        );
        for (const item of answer.Responses?.[table] ?? []) found.set(item.pk?.S ?? "", item);
        Keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
        if (Keys.length === 0) return all.map(({ pk }) => found.get(pk) ?? {});
        await sleep(PAUSE_MS * 2 ** tries, signal);
      }
      throw tableFailed(`read the treasury: ${Keys.length} shards not answered`);
    },
  };
}
