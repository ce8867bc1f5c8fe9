import { createServer } from "node:http";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { connectGateway } from "./connect-gateway.ts";

const signal = new AbortController().signal;

test("counts what it asks under the app's name, and tells the Gateway who asks", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.headers["rdx-app-name"]));
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        ledger_state: {
          network: "simulator",
          state_version: 7,
          proposer_round_timestamp: "2026-11-20T22:00:00.000Z",
          epoch: 1,
          round: 1,
        },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const registry = new Registry();
  const client = connectGateway(
    {
      GATEWAY_URLS: [`http://127.0.0.1:${address.port}`],
      GATEWAY_MAX_IN_FLIGHT: 1,
      GATEWAY_REQUESTS_PER_SECOND: 100,
      GATEWAY_TIMEOUT_MS: 5_000,
    },
    { app: "indexer", version: "1.2.3", registry },
  );
  await client.construction(signal);
  server.close();
  server.closeAllConnections();
  expect(asked).toEqual(["weft-indexer"]);
  expect(await registry.metrics()).toContain(
    'indexer_gateway_request_duration_seconds_count{endpoint="/transaction/construction",outcome="ok"} 1',
  );
});
