import { expect, it } from "vitest";
import { sleep } from "./sleep.ts";

it("resolves early when the signal aborts", async () => {
  const stop = new AbortController();
  const slept = sleep(3_600_000, stop.signal);
  stop.abort();
  await expect(slept).resolves.toBeUndefined();
});

it("resolves at once when the signal is aborted already", async () => {
  await expect(sleep(3_600_000, AbortSignal.abort())).resolves.toBeUndefined();
});

it("resolves by itself when the time is over", async () => {
  await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
});
