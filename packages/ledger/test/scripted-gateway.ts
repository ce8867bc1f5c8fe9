import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One way to answer a request, well or badly. */
export type Answer =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Record<string, string> }
  | {
      readonly text: string | Buffer;
      readonly status?: number;
      readonly headers?: Record<string, string>;
    }
  /** Says nothing until the client goes away. */
  | { readonly misbehaviour: "hang" }
  /** Sends so much of an answer, and then `after` is called; nothing more comes by itself. */
  | { readonly begin: string; readonly after?: (response: ServerResponse) => void }
  /** Closes the connection, or breaks it with a reset. */
  | { readonly misbehaviour: "close" | "reset" };

export interface SeenRequest {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into, of any shape
  readonly body: any;
  readonly headers: IncomingMessage["headers"];
}

type Script = Answer | ((request: SeenRequest) => Answer | Promise<Answer>);

/** An HTTP server on loopback that answers by script and remembers what it was asked. */
export interface ScriptedGateway {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** How many requests the client cancelled before they were answered. */
  readonly cancelled: () => number;
  /** The most requests that were open at once. */
  readonly mostOpen: () => number;
  /** The answers to a path, in order; the last one stays. */
  on(path: string, ...answers: readonly Script[]): void;
  close(): Promise<void>;
}

export async function startScriptedGateway(): Promise<ScriptedGateway> {
  const scripts = new Map<string, Script[]>();
  const requests: SeenRequest[] = [];
  let cancelled = 0;
  let open = 0;
  let mostOpen = 0;

  const server = createServer((request, response) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.on("close", () => {
      open -= 1;
      if (!response.writableFinished) cancelled += 1;
    });
    void readBody(request).then(async (text) => {
      const path = request.url ?? "";
      const body = text === "" ? undefined : JSON.parse(text);
      const seen: SeenRequest = { path, body, headers: request.headers };
      requests.push(seen);
      const queue = scripts.get(path) ?? [];
      const script = queue.length > 1 ? queue.shift() : queue[0];
      const answer = typeof script === "function" ? await script(seen) : script;
      give(response, answer ?? { status: 418, text: `no script for ${path}` });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    cancelled: () => cancelled,
    mostOpen: () => mostOpen,
    on: (path, ...answers) => scripts.set(path, [...answers]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function give(response: ServerResponse, answer: Answer): void {
  if ("misbehaviour" in answer) {
    if (answer.misbehaviour === "close") response.destroy();
    if (answer.misbehaviour === "reset") response.socket?.resetAndDestroy();
    return;
  }
  if ("begin" in answer) {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(answer.begin, () => answer.after?.(response));
    return;
  }
  const text = "json" in answer ? JSON.stringify(answer.json) : answer.text;
  response.writeHead(answer.status ?? 200, answer.headers);
  response.end(text);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
