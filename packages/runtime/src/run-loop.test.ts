import { expect, it } from "vitest";
import { runLoop } from "./run-loop.ts";

it("never overlaps rounds, pauses between them and ends after the round in hand", async () => {
  const order: string[] = [];
  const stop = new AbortController();
  await runLoop({
    step: async () => {
      order.push("round");
      await Promise.resolve();
      order.push("end of round");
    },
    pauseMs: 5_000,
    sleep: (ms) => {
      order.push(`sleep ${ms}`);
      if (order.length > 3) stop.abort();
      return Promise.resolve();
    },
    signal: stop.signal,
  });
  expect(order).toEqual([
    "round",
    "end of round",
    "sleep 5000",
    "round",
    "end of round",
    "sleep 5000",
  ]);
});

it("does nothing when it is stopped before it begins", async () => {
  let rounds = 0;
  await runLoop({
    step: () => {
      rounds += 1;
      return Promise.resolve();
    },
    pauseMs: 1,
    sleep: () => Promise.resolve(),
    signal: AbortSignal.abort(),
  });
  expect(rounds).toBe(0);
});
