import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type PriceGuardState, UNSEEN } from "@weft/protocol";
import { guardTable, tableFailed } from "./guard-table.ts";
import {
  parseGuardItem,
  priceGuardKey,
  type StoredPriceGuard,
  toGuardAttributes,
  type UnreadablePriceGuard,
} from "./price-guard-items.ts";
import { toItemKey } from "./state-table.ts";

/**
 * What the price guard remembers, one item per asset.
 *
 * Both methods throw `AppError` `state_table_failed` (retry) when DynamoDB does not do it; an aborted call throws the signal's
 * reason.
 */
export interface PriceGuardStore {
  /** The states of these assets as of now, in one request per hundred; an asset without an item is unseen. */
  read(
    resources: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, StoredPriceGuard | UnreadablePriceGuard>>;
  /** Replaces the version that was read; false when somebody else did so before, and nothing was written. */
  replace(
    resource: string,
    write: { readonly state: PriceGuardState; readonly readVersion: number },
    signal: AbortSignal,
  ): Promise<boolean>;
}

const READ = "read what the price guard remembers";
const WRITE = "write what the price guard remembers";
/** What one BatchGetItem may ask for. */
const MOST_KEYS = 100;
/** DynamoDB may leave keys unread when it is busy; more often than this is no answer. */
const MOST_ROUNDS = 5;

export function createPriceGuardStore(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): PriceGuardStore {
  const { dynamo, table } = options;
  return {
    async read(resources, signal) {
      const found = new Map<string, StoredPriceGuard | UnreadablePriceGuard>();
      let keys = resources.map((resource) => toItemKey(priceGuardKey(resource)));
      for (let round = 0; keys.length > 0; round += 1) {
        if (round >= MOST_ROUNDS + resources.length / MOST_KEYS) throw tableFailed(READ);
        const RequestItems = { [table]: { Keys: keys.slice(0, MOST_KEYS), ConsistentRead: true } };
        const answer = await guardTable(READ, signal, () =>
          dynamo.send(new BatchGetItemCommand({ RequestItems }), { abortSignal: signal }),
        );
        for (const item of answer.Responses?.[table] ?? []) {
          const { resource, stored } = parseGuardItem(item);
          found.set(resource, stored);
        }
        const unread = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof keys;
        keys = [...unread, ...keys.slice(MOST_KEYS)];
      }
      return new Map(
        resources.map((resource) => [
          resource,
          found.get(resource) ?? { state: UNSEEN, version: 0 },
        ]),
      );
    },
    async replace(resource, { state, readVersion }, signal) {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: toItemKey(priceGuardKey(resource)),
        ConditionExpression:
          readVersion === 0 ? "attribute_not_exists(version)" : "version = :readVersion",
        UpdateExpression: "SET #state = :state, version = :version",
        // STATE is a word that DynamoDB keeps for itself.
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ...toGuardAttributes(state),
          ":version": { N: String(readVersion + 1) },
          ...(readVersion === 0 ? {} : { ":readVersion": { N: String(readVersion) } }),
        },
      });
      try {
        await guardTable(WRITE, signal, () => dynamo.send(update, { abortSignal: signal }));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
