import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseDecimal } from "@weft/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { createReferenceSource } from "./reference-source.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
const USDC = "resource_sim1usdc";
const NOW = "2026-11-20T21:55:00.000Z";

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function sourceOf(respond: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => respond(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return createReferenceSource({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices`,
    clock: { nowMs: () => Promise.resolve(Date.parse(NOW)) },
    maxAgeSeconds: 300,
  });
}

const telling = (observedAt: string, priceXrd = "225.57") =>
  sourceOf((response) =>
    response.end(JSON.stringify({ version: 1, prices: { [USDC]: { priceXrd, observedAt } } })),
  );

describe("a source of reference prices", () => {
  it("tells what an asset is worth, to the last digit", async () => {
    const read = await telling(NOW, "225.570215353101481709");
    expect(await read(signal)).toEqual(
      new Map([
        [USDC, { price: parseDecimal("225.570215353101481709"), observedAtMs: Date.parse(NOW) }],
      ]),
    );
  });

  it.each([
    ["as old as it may be", "2026-11-20T21:50:00.000Z", 1],
    ["older", "2026-11-20T21:49:59.999Z", 0],
    ["a little ahead of our clock", "2026-11-20T22:00:00.000Z", 1],
    ["far ahead of it", "2026-11-20T22:00:00.001Z", 0],
  ])("is heard when its price is %s: %s", async (_title, observedAt, size) => {
    expect((await (await telling(observedAt))(signal)).size).toBe(size);
  });

  it.each([
    ["zero", "0.000"],
    ["negative", "-1"],
    ["in exponents", "1e9"],
    ["nineteen digits fine", "1.0000000000000000001"],
  ])("is not heard with a price that is %s", async (_title, priceXrd) => {
    await expect((await telling(NOW, priceXrd))(signal)).rejects.toMatchObject({
      code: "reference_unavailable",
      disposition: "retry",
    });
  });

  it.each([
    ["another version", (response: ServerResponse) => response.end('{"version":2,"prices":{}}')],
    ["no JSON", (response: ServerResponse) => response.end("soon")],
    [
      "HTTP 503",
      (response: ServerResponse) => response.writeHead(503).end('{"version":1,"prices":{}}'),
    ],
    ["half an answer", (response: ServerResponse) => response.destroy()],
  ])("is not heard with %s", async (_title, respond) => {
    await expect((await sourceOf(respond))(signal)).rejects.toMatchObject({
      code: "reference_unavailable",
    });
  });

  it("passes on that the caller gave up", async () => {
    const read = await telling(NOW);
    const reason = new Error("stopping");
    await expect(read(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
