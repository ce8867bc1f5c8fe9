import { createServer } from "node:http";
import { expect, it } from "vitest";
import { AppError } from "./app-error.ts";
import { createLogger } from "./logger.ts";
import { runWorker } from "./run-worker.ts";

function setUp() {
  const lines: { message: string; url?: string; part?: string }[] = [];
  const listening = Promise.withResolvers<string>();
  const log = createLogger({
    app: "test",
    version: "0",
    level: "info",
    destination: {
      write(line: string) {
        const entry = JSON.parse(line);
        lines.push(entry);
        if (entry.message === "ops server listening") listening.resolve(entry.url);
      },
    },
  });
  return { lines, log, listening: listening.promise };
}

const ops = { OPS_HOST: "127.0.0.1", OPS_PORT: 0, REVISION: "0123abc" };
const app = "test";

it("answers probes from the first moment, is ready once its parts answered, and closes at the end", async () => {
  const { log, listening } = setUp();
  const answered = Promise.withResolvers<void>();
  const stop = new AbortController();
  const readyz = async () => (await fetch(`${await listening}/readyz`)).status;
  const statuses: number[] = [];
  const running = runWorker({
    app,
    ops,
    parts: ["queue"],
    log,
    stop: stop.signal,
    async work({ untilItAnswers }) {
      statuses.push(await readyz());
      await untilItAnswers("queue", () => answered.promise);
      statuses.push(await readyz());
      stop.abort();
      statuses.push(await readyz());
    },
  });
  answered.resolve();
  await running;
  expect(statuses).toEqual([503, 200, 503]);
  await expect(readyz()).rejects.toThrow("fetch failed");
});

it("tells when its process started and of what it was built, by which a release is known to have arrived", async () => {
  const { log, listening } = setUp();
  let metrics = "";
  await runWorker({
    app,
    ops,
    parts: [],
    log,
    stop: new AbortController().signal,
    async work() {
      metrics = await (await fetch(`${await listening}/metrics`)).text();
    },
  });
  expect(metrics).toContain('test_build_info{version="0.1.0",revision="0123abc"} 1');
  const startedAt = Number(/^process_start_time_seconds (.+)$/m.exec(metrics)?.[1]);
  expect(Math.abs(startedAt - (Date.now() / 1_000 - process.uptime()))).toBeLessThan(2);
});

it("being asked to stop while a dependency does not answer is an ordinary end", async () => {
  const { log, lines } = setUp();
  const stop = new AbortController();
  const outage = new AppError("gateway_unavailable", "no answer", { disposition: "retry" });
  await runWorker({
    app,
    ops,
    parts: ["gateway"],
    log,
    stop: stop.signal,
    work: ({ untilItAnswers }) =>
      untilItAnswers("gateway", () => {
        setImmediate(() => stop.abort());
        return Promise.reject(outage);
      }),
  });
  expect(lines.map(({ message }) => message)).toContain("not answering yet");
});

it("a busy port is told with what to do about it", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { log } = setUp();
  const running = runWorker({
    app,
    ops: { ...ops, OPS_PORT: address.port },
    parts: [],
    log,
    stop: new AbortController().signal,
    work: () => Promise.resolve(),
  });
  await expect(running).rejects.toMatchObject({
    code: "ops_port_unavailable",
    disposition: "park",
    message: expect.stringMatching(
      /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*; set OPS_PORT/,
    ),
  });
  taken.close();
});
