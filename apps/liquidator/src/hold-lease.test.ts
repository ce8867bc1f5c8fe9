import { AppError } from "@weft/runtime";
import { expect, it } from "vitest";
import { type Extending, type HoldLeaseOptions, holdLease, leaseMsFor } from "./hold-lease.ts";

const lost = new AppError("lease_lost", "fence 8 of another", { disposition: "retry" });
const unavailable = new Error("the table does not answer");

/** Work under a lease of 30 s, on a clock that the test moves; the work ends when the test says so. */
function setUp(change: Partial<HoldLeaseOptions<string>> = {}) {
  const events: string[] = [];
  const asked: number[] = [];
  let nowMs = 0;
  let wake = () => {};
  let finish: (value: string) => void = () => undefined;
  let extending: Extending = (write) => write(0);
  const held = holdLease({
    renew: (leaseUntilMs) => {
      events.push(`renew until ${leaseUntilMs}`);
      return Promise.resolve();
    },
    release: () => {
      events.push("release");
      return Promise.resolve();
    },
    leaseMs: 30_000,
    askedMs: 0,
    nowMs: () => nowMs,
    wallMs: () => 1_000_000 + nowMs,
    sleep: (ms, signal) =>
      new Promise<void>((resolve) => {
        asked.push(ms);
        wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
    signal: new AbortController().signal,
    onFailure: (error) => events.push(`failed: ${(error as Error).message}`),
    work: (signal, extend) =>
      new Promise((resolve, reject) => {
        finish = resolve;
        extending = extend;
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    ...change,
  });
  const pass = async (ms: number) => {
    nowMs += ms;
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** The work writes under the lease; resolves to the end that the lease is to have by the wall. */
  const write = (during: Promise<void> = Promise.resolve()) =>
    extending((leaseUntilMs) => during.then(() => leaseUntilMs));
  return { held, events, asked, pass, write, finish: (value: string) => finish(value) };
}

it("renews at every half of the lease while the work waits, and releases at its end", async () => {
  const { held, events, asked, pass, finish } = setUp();
  await pass(15_000);
  await pass(15_000);
  finish("done");
  expect(await held).toBe("done");
  expect(events).toEqual(["renew until 1045000", "renew until 1060000", "release"]);
  expect(asked).toEqual([15_000, 15_000, 15_000]);
});

it("does not renew what the work itself has just extended", async () => {
  const { held, events, asked, pass, write, finish } = setUp();
  await pass(9_000);
  expect(await write()).toBe(1_039_000);
  await pass(6_000);
  // Of the 30 s from 9 s on, half is over at 24 s.
  await pass(9_000);
  finish("done");
  await held;
  expect(events).toEqual(["renew until 1054000", "release"]);
  expect(asked).toEqual([15_000, 6_000, 9_000, 15_000]);
});

it("counts from when a write was asked for, not from when it was answered", async () => {
  const { held, pass, write } = setUp({ renew: () => Promise.reject(unavailable) });
  const ended = expect(held).rejects.toMatchObject({ code: "lease_lost" });
  let answer = () => {};
  const writing = write(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  await pass(14_000);
  answer();
  await writing;
  await pass(16_000);
  await ended;
});

it("a write that fails extends nothing", async () => {
  const { held, pass, write } = setUp({ renew: () => Promise.reject(unavailable) });
  const ended = expect(held).rejects.toMatchObject({ code: "lease_lost" });
  await pass(14_000);
  await expect(write(Promise.reject(unavailable))).rejects.toBe(unavailable);
  await pass(16_000);
  await ended;
});

it("aborts the work when the lease is somebody else's, and does not release what is not its own", async () => {
  const { held, events, pass } = setUp({ renew: () => Promise.reject(lost) });
  const ended = expect(held).rejects.toBe(lost);
  await pass(15_000);
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
  await pass(15_000);
  await pass(5_000);
  // Renewed at 20 s, so that it ends at 50 s.
  await pass(29_000);
  finish("done");
  expect(await held).toBe("done");
  expect(events).toEqual(["failed: the table does not answer", "release"]);
});

it("aborts the work when no renewal came through before the lease ran out", async () => {
  const { held, asked, pass } = setUp({ renew: () => Promise.reject(unavailable) });
  const ended = expect(held).rejects.toMatchObject({ code: "lease_lost" });
  await pass(15_000);
  await pass(12_000);
  // Tried again after a sixth each time; at 27 s only 3 s are left.
  expect(asked).toEqual([15_000, 5_000, 3_000]);
  await pass(3_000);
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

it("counts from when the lease was asked for, not from when it was granted", async () => {
  const { held, events, asked, pass, finish } = setUp({ askedMs: -14_000 });
  expect(asked).toEqual([1_000]);
  await pass(1_000);
  expect(events).toEqual(["renew until 1031000"]);
  finish("done");
  await held;
});

it("is lost before the work begins when the grant came too late", async () => {
  const { held, events, pass } = setUp({ askedMs: -30_000 });
  void held.catch(() => undefined);
  await pass(0);
  await expect(held).rejects.toMatchObject({ code: "lease_lost" });
  expect(events).toEqual([]);
});
