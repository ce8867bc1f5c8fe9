import { AppError } from "@weft/runtime";
import { expect, it } from "vitest";
import { type HoldLeaseOptions, holdLease, leaseMsFor } from "./hold-lease.ts";

const lost = new AppError("lease_lost", "fence 8 of another", { disposition: "retry" });
const unavailable = new Error("the table does not answer");

/** Work under a lease of 30 s, on a clock that the test moves; the work ends when the test says so. */
function setUp(change: Partial<HoldLeaseOptions<string>> = {}) {
  const events: string[] = [];
  const asked: number[] = [];
  let nowMs = 0;
  let wake = () => {};
  let finish: (value: string) => void = () => undefined;
  const held = holdLease({
    renew: () => {
      events.push("renew");
      return Promise.resolve();
    },
    release: () => {
      events.push("release");
      return Promise.resolve();
    },
    leaseMs: 30_000,
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise<void>((resolve) => {
        asked.push(ms);
        wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
    signal: new AbortController().signal,
    onFailure: (error) => events.push(`failed: ${(error as Error).message}`),
    work: (signal) =>
      new Promise((resolve, reject) => {
        finish = resolve;
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    ...change,
  });
  const pass = async (ms: number) => {
    nowMs += ms;
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { held, events, asked, pass, finish: (value: string) => finish(value) };
}

it("renews at every third of the lease while the work goes on, and releases at its end", async () => {
  const { held, events, asked, pass, finish } = setUp();
  await pass(10_000);
  await pass(10_000);
  finish("done");
  expect(await held).toBe("done");
  expect(events).toEqual(["renew", "renew", "release"]);
  expect(asked).toEqual([10_000, 10_000, 10_000]);
});

it("aborts the work when the lease is somebody else's, and does not release what is not its own", async () => {
  const { held, events, pass } = setUp({ renew: () => Promise.reject(lost) });
  const ended = expect(held).rejects.toBe(lost);
  await pass(10_000);
  await ended;
  expect(events).toEqual([]);
});

it("a table that does not answer for a moment aborts nothing", async () => {
  let tries = 0;
  const renew = () => {
    tries += 1;
    return tries === 1 ? Promise.reject(unavailable) : Promise.resolve();
  };
  const { held, events, pass, finish } = setUp({ renew });
  await pass(10_000);
  await pass(10_000);
  // Renewed at 20 s, so that it ends at 50 s.
  await pass(29_000);
  finish("done");
  expect(await held).toBe("done");
  expect(events).toEqual(["failed: the table does not answer", "release"]);
});

it("aborts the work when no renewal came through before the lease ran out", async () => {
  const { held, asked, pass } = setUp({ renew: () => Promise.reject(unavailable) });
  const ended = expect(held).rejects.toMatchObject({ code: "lease_lost" });
  await pass(10_000);
  await pass(15_000);
  // At 25 s only 5 s are left.
  expect(asked).toEqual([10_000, 10_000, 5_000]);
  await pass(5_000);
  await ended;
});

it("releases when the work fails", async () => {
  const { held, events } = setUp({ work: () => Promise.reject(new Error("no plan")) });
  await expect(held).rejects.toThrow("no plan");
  expect(events).toEqual(["release"]);
});

it.each([
  ["done", () => Promise.resolve("done")],
  ["no plan", () => Promise.reject(new Error("no plan"))],
] as const)("a release that fails does not change what the work came to: %s", async (end, work) => {
  const { held, events } = setUp({ release: () => Promise.reject(unavailable), work });
  expect(await held.catch((error: Error) => error.message)).toBe(end);
  expect(events).toEqual(["failed: the table does not answer"]);
});

it.each([
  [60, 39_000],
  [5, 2_333],
])("of %i s of visibility a lease takes %i ms: less than what two thirds leave", (seconds, ms) => {
  expect(leaseMsFor(seconds)).toBe(ms);
});
