import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { checkGateways } from "./check-gateways.ts";

const servers: Server[] = [];
const never = new AbortController().signal;

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("one Gateway that answers is enough, asked once for its status", async () => {
  const asked: string[] = [];
  const good = await listen((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end("{}");
  });
  await checkGateways(["http://127.0.0.1:1", good], never);
  expect(asked).toEqual(["POST /status/gateway-status"]);
});

test("when none can be reached each URL is named with its reason", async () => {
  const broken = await listen((_request, response) => response.writeHead(503).end());
  const silent = await listen(() => {});
  await expect(checkGateways(["http://127.0.0.1:1", broken, silent], never, 200)).rejects.toThrow(
    [
      "no Radix Gateway can be reached:",
      "  http://127.0.0.1:1: bad port",
      `  ${broken}: answered 503`,
      `  ${silent}: no answer within 0.2 s`,
      "Check this machine's network. `npm start` alone needs none.",
    ].join("\n"),
  );
});
