import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endAll, runToEnd, startProcess } from "./processes.ts";

/** Tells on standard error of every socket that a program is about to listen on or connect. */
const TELL_SOCKETS = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  import net from "node:net";
  for (const [owner, name] of [[net.Server, "listen"], [net.Socket, "connect"]]) {
    const method = owner.prototype[name];
    owner.prototype[name] = function (...args) {
      writeSync(2, "socket: " + name + "\\n");
      return method.apply(this, args);
    };
  }`)}`;

const OF_ALL = [
  "AWS_REGION",
  "CDP_RESOURCE",
  "DATA_BUCKET",
  "GATEWAY_URLS",
  "LENDING_MARKET",
  "LENDING_POOL",
  "NETWORK",
  "STATE_TABLE",
] as const;
const REQUIRED = {
  dispatcher: [...OF_ALL, "INDEX_QUEUE"],
  indexer: [...OF_ALL, "INDEX_QUEUE", "INDEX_DEAD_LETTER_QUEUE", "LIQUIDATION_QUEUE"],
  liquidator: [...OF_ALL, "LIQUIDATION_QUEUE", "LIQUIDATION_DEAD_LETTER_QUEUE", "SIGNER"],
} as const;
type App = keyof typeof REQUIRED;
const WORKERS = ["indexer", "liquidator"] as const;

const bundle = (app: App) => fileURLToPath(new URL(`../../build/${app}/main.mjs`, import.meta.url));
/** Nobody listens on the discard port: whatever a program asks for does not answer. */
const NOBODY = "http://127.0.0.1:9";

/** Complete, and of a world where nothing answers. */
const environment = (opsPort: number) => ({
  OPS_HOST: "127.0.0.1",
  OPS_PORT: String(opsPort),
  NETWORK: "simulator",
  GATEWAY_URLS: NOBODY,
  LENDING_MARKET: "component_sim1market",
  LENDING_POOL: "component_sim1pool",
  CDP_RESOURCE: "resource_sim1cdp",
  CLOCK_URL: `${NOBODY}/clock`,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_ENDPOINT_URL_SQS: NOBODY,
  AWS_ENDPOINT_URL_S3: NOBODY,
  AWS_ENDPOINT_URL_DYNAMODB: NOBODY,
  DATA_BUCKET: "data",
  STATE_TABLE: "state",
  INDEX_QUEUE: "index",
  INDEX_DEAD_LETTER_QUEUE: "index-dlq",
  LIQUIDATION_QUEUE: "liquidation.fifo",
  LIQUIDATION_DEAD_LETTER_QUEUE: "liquidation-dlq.fifo",
  SIGNER: "none",
  DRY_RUN: "true",
});

afterEach(endAll);

describe.each(["dispatcher", "indexer", "liquidator"] as const)(
  "the %s without environment",
  (app) => {
    test("names every missing variable, opens no socket and ends with 1", async () => {
      const ended = await runToEnd({ args: ["--import", TELL_SOCKETS, bundle(app)] });
      const [first, ...named] = ended.stderr.trimEnd().split("\n");
      expect({ ...ended, stderr: first }).toEqual({
        ...{ code: 1, signal: null, stdout: "", stderr: "bad environment:" },
      });
      expect(named.sort()).toEqual(
        [...REQUIRED[app]].sort().map((name) => `  ${name}: is not set`),
      );
    });
  },
);

describe.each(WORKERS)("the %s", (app) => {
  let taken: Server;
  let port: number;

  beforeAll(async () => {
    taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    ({ port } = taken.address() as { port: number });
  });

  afterAll(() => {
    taken.close();
  });

  test("says what to do about a busy OPS_PORT and ends with 1", async () => {
    const { code, stdout, stderr } = await runToEnd({
      args: ["--import", TELL_SOCKETS, bundle(app)],
      env: environment(port),
    });
    // The one socket it tried to open, which also shows that the test above would see one.
    expect(stderr).toBe("socket: listen\n");
    expect(code).toBe(1);
    const [line, ...more] = stdout.trimEnd().split("\n");
    expect(more).toEqual([]);
    expect(JSON.parse(line ?? "")).toMatchObject({
      level: "fatal",
      err: {
        code: "ops_port_unavailable",
        message: expect.stringContaining(
          `cannot listen on 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}; set OPS_PORT to a free port`,
        ),
      },
    });
  });

  test("is alive and not ready while nothing answers it, and ends with 0 on SIGTERM all the same", async () => {
    const started = startProcess({ args: [bundle(app)], env: environment(0) });
    const listening = await started.line(/"ops server listening"/);
    const { url } = JSON.parse(listening) as { url: string };
    await started.line(/"not answering yet"/);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    started.kill("SIGTERM");
    expect(await started.ended).toMatchObject({ code: 0, signal: null });
  });
});
