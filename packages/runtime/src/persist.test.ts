import { expect, it } from "vitest";
import { AppError } from "./app-error.ts";
import { persist } from "./persist.ts";

const signal = new AbortController().signal;
const outage = new AppError("gateway_unavailable", "no answer", { disposition: "retry" });

it("tries again after each failure that may heal, and tells of it", async () => {
  const told: unknown[] = [];
  const pauses: number[] = [];
  let tries = 0;
  const result = await persist({
    step: () => {
      tries += 1;
      return tries < 3 ? Promise.reject(outage) : Promise.resolve("ready");
    },
    onFailure: (error) => told.push(error),
    pauseMs: 2_000,
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    signal,
  });
  expect([result, told, pauses]).toEqual(["ready", [outage, outage], [2_000, 2_000]]);
});

it("gives up at once on what will not heal by itself", async () => {
  const wrongKey = new AppError("wrong_key", "not this account's", { disposition: "park" });
  const tried = persist({
    step: () => Promise.reject(wrongKey),
    onFailure: () => undefined,
    pauseMs: 1,
    sleep: () => Promise.resolve(),
    signal,
  });
  await expect(tried).rejects.toBe(wrongKey);
});

it("ends when the process is asked to stop", async () => {
  const stop = new AbortController();
  const tried = persist({
    step: () => Promise.reject(outage),
    onFailure: () => undefined,
    pauseMs: 1,
    sleep: () => {
      stop.abort();
      return Promise.resolve();
    },
    signal: stop.signal,
  });
  await expect(tried).rejects.toBe(outage);
});
