import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createStateTable } from "../state-table.ts";

/** A DynamoDB that speaks the real protocol, with one empty state table. */
export interface StateServer {
  readonly dynamo: DynamoDBClient;
  readonly url: string;
  readonly table: string;
  /** Requests sent so far, by command. */
  readonly commands: string[];
  /** The next answer gets lost on its way: the request has been carried out, the client sends it again. */
  loseNextAnswer(): void;
  /** The table goes, and another of the same name comes with the same items: a restore from a copy. */
  restoreTable(): Promise<void>;
  close(): Promise<void>;
}

export async function startStateServer(): Promise<StateServer> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const commands: string[] = [];
  let losing = false;
  const dynamo = new DynamoDBClient({
    region: "us-east-1",
    endpoint: url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  dynamo.middlewareStack.add(
    (next, context) => async (args) => {
      commands.push(String(context.commandName));
      const result = await next(args);
      if (!losing) return result;
      losing = false;
      throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
    },
    { step: "deserialize", name: "loseAnswer" },
  );
  const table = "state";
  await createStateTable(dynamo, table);
  return {
    dynamo,
    url,
    table,
    commands,
    loseNextAnswer() {
      losing = true;
    },
    async restoreTable() {
      const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table }));
      await dynamo.send(new DeleteTableCommand({ TableName: table }));
      const patience = { client: dynamo, minDelay: 0.05, maxDelay: 1, maxWaitTime: 10 };
      await waitUntilTableNotExists(patience, { TableName: table });
      await createStateTable(dynamo, table);
      for (const Item of Items) await dynamo.send(new PutItemCommand({ TableName: table, Item }));
    },
    close: () =>
      new Promise((resolve) => {
        dynamo.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
