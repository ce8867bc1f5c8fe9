import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { AppError } from "./app-error.ts";
import type { Environment } from "./environment.ts";
import { startProgram } from "./start-program.ts";

function setUp(env: Environment) {
  const exits: number[] = [];
  const told: string[] = [];
  const ran: string[] = [];
  const process = Object.assign(new EventEmitter(), {
    env,
    stderr: { write: (text: string) => told.push(text) },
    exitCode: undefined as number | undefined,
    exit: (code: number) => exits.push(code),
  });
  const start = () =>
    startProgram({
      process,
      app: "test",
      parse: ({ QUEUE }) => {
        if (QUEUE !== undefined)
          return { LOG_LEVEL: "silent" as const, REVISION: "0123abc", queue: QUEUE };
        throw new AppError("bad_environment", "QUEUE: is not set", { disposition: "park" });
      },
      gracePeriodMs: 1_000,
      run: ({ queue }) => {
        ran.push(queue);
        return Promise.resolve();
      },
    });
  return { process, exits, told, ran, start };
}

it("runs with what was configured, and exits 0", async () => {
  const { exits, ran, start } = setUp({ QUEUE: "index" });
  await start();
  expect([ran, exits]).toEqual([["index"], [0]]);
});

it("runs nothing when the configuration does not hold: it tells why and is set to exit 1", async () => {
  const { process, exits, told, ran, start } = setUp({});
  await start();
  expect([ran, exits, told, process.exitCode]).toEqual([[], [], ["QUEUE: is not set\n"], 1]);
});
