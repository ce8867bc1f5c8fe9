import { once } from "node:events";
import dynalite from "dynalite";

export interface DynamoDbServer {
  readonly url: string;
  close(): Promise<void>;
}

/** DynamoDB on `host`; `port` 0 takes a free one. Tables live in memory and are there at once. */
export async function startDynamoDb(options: {
  readonly host: string;
  readonly port: number;
}): Promise<DynamoDbServer> {
  const { host, port } = options;
  const server = dynalite({ createTableMs: 0 });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
