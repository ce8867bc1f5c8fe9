import { createServer } from "node:http";
import { afterEach, expect, it } from "vitest";
import { createRemoteClock } from "./clock.ts";

const signal = new AbortController().signal;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(body: string): Promise<string> {
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/`;
}

it("tells the time that the simulated ledger tells", async () => {
  const clock = createRemoteClock(await serve('{"nowMs":1753399809000}'));
  await expect(clock.nowMs(signal)).resolves.toBe(1_753_399_809_000);
});

it.each(['{"nowMs":"soon"}', "{}", "null", "not json"])(
  "an answer of %s is no time, and worth another try",
  async (body) => {
    const clock = createRemoteClock(await serve(body));
    await expect(clock.nowMs(signal)).rejects.toMatchObject({
      code: "clock_unavailable",
      disposition: "retry",
    });
  },
);
