import { expect, test } from "vitest";
import { SIGNAL } from "../../test/client.ts";
import { inParallel } from "./in-parallel.ts";

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

test("results come in the order of the items, whoever is first", async () => {
  const gate = Promise.withResolvers<void>();
  const results = await inParallel(
    [1, 2],
    async (item) => {
      if (item === 1) await gate.promise;
      else gate.resolve();
      return item * 10;
    },
    SIGNAL,
  );
  expect(results).toEqual([10, 20]);
});

test("a failure cancels the others, and is told once they have ended", async () => {
  const ended: string[] = [];
  const work = async (item: string, signal: AbortSignal) => {
    try {
      if (item === "bad") throw new Error("bad");
      await untilAborted(signal);
    } finally {
      ended.push(item);
    }
  };
  await expect(inParallel(["slow", "bad"], work, SIGNAL)).rejects.toThrow("bad");
  expect(ended).toEqual(["bad", "slow"]);
});

test("a caller that gives up cancels all", async () => {
  const controller = new AbortController();
  const call = inParallel([1, 2], (_, signal) => untilAborted(signal), controller.signal);
  controller.abort(new Error("stop"));
  await expect(call).rejects.toThrow("stop");
});
