import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** How a base URL behaves that stands before the real one in the order of preference. */
type FrontMode =
  | "serves"
  /** Takes the connection and breaks it. */
  | "dead"
  /** Knows no state version that a read is pinned to. */
  | "behind";

/** A base URL that hands on to a Gateway, as long as it does not misbehave. */
export interface FrontGateway {
  readonly url: string;
  mode: FrontMode;
  /** Where it hands on to; before it is told, it is dead. */
  target: string | undefined;
  /** Requests so far that it did not hand on. */
  readonly refused: () => number;
  /** Hears of each request before it is handed on, and which program sends it. */
  onRequest: (program: string) => void;
  close(): void;
}

const BEYOND_HEAD = JSON.stringify({
  message: "One or more validation errors occurred.",
  details: {
    type: "InvalidRequestError",
    validation_errors: [
      { path: "?", errors: ["State version is beyond the end of the known ledger"] },
    ],
  },
});

export async function startFrontGateway(): Promise<FrontGateway> {
  let refused = 0;
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const { mode, target } = front;
    if (mode === "dead" || target === undefined) {
      refused += 1;
      response.destroy();
      return;
    }
    if (mode === "behind" && body.includes('"state_version":')) {
      refused += 1;
      response.writeHead(400, { "content-type": "application/json" }).end(BEYOND_HEAD);
      return;
    }
    front.onRequest(String(request.headers["rdx-app-name"]));
    const answer = await fetch(target + request.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      ...(body === "" ? {} : { body }),
    });
    const headers = { "content-type": answer.headers.get("content-type") ?? "text/plain" };
    response.writeHead(answer.status, headers).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const front: FrontGateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: "serves",
    target: undefined,
    refused: () => refused,
    onRequest: () => {},
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return front;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
