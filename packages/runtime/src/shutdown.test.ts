import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { AppError } from "./app-error.ts";
import { createLogger } from "./logger.ts";
import { runProcess } from "./shutdown.ts";

function setUp() {
  const lines: { level: string; message: string }[] = [];
  const log = createLogger({
    app: "test",
    version: "0",
    level: "info",
    destination: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  const exits: number[] = [];
  const process = Object.assign(new EventEmitter(), { exit: (code: number) => exits.push(code) });
  return { lines, log, exits, process };
}

it("an app that ends by itself exits 0", async () => {
  const { process, log, exits } = setUp();
  await runProcess({ process, log, gracePeriodMs: 1_000, app: () => Promise.resolve() });
  expect(exits).toEqual([0]);
});

it("SIGTERM aborts the stop signal, and the app's orderly end exits 0", async () => {
  const { process, log, exits, lines } = setUp();
  const running = runProcess({
    process,
    log,
    gracePeriodMs: 60_000,
    app: (stop) =>
      new Promise((resolve) => stop.addEventListener("abort", () => resolve(), { once: true })),
  });
  process.emit("SIGTERM");
  await running;
  expect(exits).toEqual([0]);
  expect(lines.map((line) => line.message)).toEqual(["stopping", "stopped"]);
});

it("an app that fails logs it as fatal and exits 75: next time may work", async () => {
  const { process, log, exits, lines } = setUp();
  await runProcess({
    process,
    log,
    gracePeriodMs: 1_000,
    app: () => Promise.reject(new Error("no queue")),
  });
  expect(exits).toEqual([75]);
  expect(lines).toMatchObject([
    { level: "fatal", message: "app failed", err: { message: "no queue" } },
  ]);
});

it("an app that fails of what will not heal by itself exits 1", async () => {
  const { process, log, exits } = setUp();
  const wrongKey = new AppError("wrong_key", "not ours", { disposition: "park" });
  await runProcess({ process, log, gracePeriodMs: 1_000, app: () => Promise.reject(wrongKey) });
  expect(exits).toEqual([1]);
});

it("what nobody caught ends the process", async () => {
  const { process, log, exits } = setUp();
  const stop = new AbortController();
  const running = runProcess({
    process,
    log,
    gracePeriodMs: 1_000,
    app: () => new Promise((resolve) => stop.signal.addEventListener("abort", () => resolve())),
  });
  process.emit("unhandledRejection", new Error("floating"));
  expect(exits).toEqual([75]);
  stop.abort();
  await running;
});
