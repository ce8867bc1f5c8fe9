import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { guardTable, tableFailed } from "./guard-table.ts";
import { parseStored } from "./parse-stored.ts";
import { type StateKey, toItemKey } from "./state-table.ts";

const KEY: StateKey = { pk: "FLEET", sk: "STATE" };

/** Why nobody receives or signs, since when: an operator's word. */
export interface Pause {
  readonly reason: string;
  /** Wall time, milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What holds for all liquidators together. */
export interface FleetState {
  /** Null while they may work. */
  readonly pause: Pause | null;
  /**
   * Nothing is signed before the ledger's head has reached this epoch. Null when nobody has said so for this very table:
   * it is new, or restored from a copy, and what was signed before may still be open.
   */
  readonly holdUntilEpoch: number | null;
}

/**
 * One item that every liquidator obeys: the pause switch, and the epoch up to which a table that knows nothing, or knows
 * what is old, holds fire. It names the table it was written to: a restored copy has another id and believes it no more.
 *
 * Whatever DynamoDB does not do is `AppError` `state_table_failed` (retry); an item that makes no sense is
 * `stored_value_invalid` (park). Either way whoever asks must not sign.
 */
export interface FleetSwitch {
  read(signal: AbortSignal): Promise<FleetState>;
  /** Stops all receiving and signing. A pause that holds already keeps its first reason and time. */
  pause(request: Pause, signal: AbortSignal): Promise<FleetState>;
  resume(signal: AbortSignal): Promise<FleetState>;
  /**
   * Says for this table until when fire is held, unless somebody has: the first one's word stands. Resolves to what
   * holds now.
   */
  holdFire(
    request: { readonly untilEpoch: number },
    signal: AbortSignal,
  ): Promise<FleetState & { readonly holdUntilEpoch: number }>;
}

const itemSchema = z.object({
  tableId: z.object({ S: z.string() }).optional(),
  holdUntilEpoch: z.object({ N: z.string().regex(/^\d+$/, "a whole number") }).optional(),
  pause: z
    .object({
      M: z.object({
        reason: z.object({ S: z.string() }),
        sinceMs: z.object({ N: z.string().regex(/^\d+$/, "a whole number") }),
      }),
    })
    .optional(),
});

export function createFleetSwitch(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): FleetSwitch {
  const { dynamo, table } = options;
  const key = toItemKey(KEY);

  async function tableId(signal: AbortSignal): Promise<string> {
    const command = new DescribeTableCommand({ TableName: table });
    const { Table } = await guardTable("describe the table", signal, () =>
      dynamo.send(command, { abortSignal: signal }),
    );
    if (Table?.TableId !== undefined) return Table.TableId;
    throw tableFailed("tell which table this is");
  }

  /** The item after the write; undefined when the condition did not hold. */
  async function write(
    update: { UpdateExpression: string; ConditionExpression?: string },
    values: Record<string, AttributeValue> | undefined,
    signal: AbortSignal,
  ): Promise<Record<string, AttributeValue> | undefined> {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: key,
      ...update,
      ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
      ReturnValues: "ALL_NEW",
    });
    try {
      const { Attributes = {} } = await guardTable("write the fleet switch", signal, () =>
        dynamo.send(command, { abortSignal: signal }),
      );
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  const read: FleetSwitch["read"] = async (signal) => {
    const get = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
    // Together, so that asking for both takes no longer than for one.
    const [{ Item }, id] = await Promise.all([
      guardTable("read the fleet switch", signal, () => dynamo.send(get, { abortSignal: signal })),
      tableId(signal),
    ]);
    return toState(Item ?? {}, id);
  };

  return {
    read,
    async pause({ reason, sinceMs }, signal) {
      const pause = { M: { reason: { S: reason }, sinceMs: { N: String(sinceMs) } } };
      const update = { UpdateExpression: "SET pause = if_not_exists(pause, :pause)" };
      const item = await write(update, { ":pause": pause }, signal);
      return toState(item ?? {}, await tableId(signal));
    },
    async resume(signal) {
      const item = await write({ UpdateExpression: "REMOVE pause" }, undefined, signal);
      return toState(item ?? {}, await tableId(signal));
    },
    async holdFire({ untilEpoch }, signal) {
      const id = await tableId(signal);
      await write(
        {
          UpdateExpression: "SET tableId = :id, holdUntilEpoch = :epoch",
          ConditionExpression: "attribute_not_exists(tableId) OR tableId <> :id",
        },
        { ":id": { S: id }, ":epoch": { N: String(untilEpoch) } },
        signal,
      );
      const { holdUntilEpoch, ...state } = await read(signal);
      // Written a moment ago, or by another before us: unless the table was replaced just now.
      if (holdUntilEpoch === null) throw tableFailed("hold fire");
      return { ...state, holdUntilEpoch };
    },
  };
}

function toState(item: Record<string, AttributeValue>, tableId: string): FleetState {
  const { pause, ...rest } = parseStored("FLEET STATE", itemSchema, item);
  const isThisTable = rest.tableId?.S === tableId;
  const hold = rest.holdUntilEpoch;
  return {
    pause:
      pause === undefined ? null : { reason: pause.M.reason.S, sinceMs: Number(pause.M.sinceMs.N) },
    holdUntilEpoch: isThisTable && hold !== undefined ? Number(hold.N) : null,
  };
}
