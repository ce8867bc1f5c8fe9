import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import dynalite from "dynalite";

export interface DynamoDbServer {
  readonly url: string;
  /** Requests since the start by operation, such as `UpdateItem`. */
  requests(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** DynamoDB on `host`; `port` 0 takes a free one. Tables live in memory and are there at once. */
export async function startDynamoDb(options: {
  readonly host: string;
  readonly port: number;
}): Promise<DynamoDbServer> {
  const { host, port } = options;
  const server = dynalite({ createTableMs: 0 });
  const counts = new Map<string, number>();
  server.on("request", ({ headers }: IncomingMessage) => {
    const operation = String(headers["x-amz-target"]).split(".").at(-1) ?? "";
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host}:${bound}`,
    requests: () => Object.fromEntries(counts),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
