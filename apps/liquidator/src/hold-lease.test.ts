import { describe, expect, it } from "vitest";
import { holdLease } from "./hold-lease.ts";

const signal = new AbortController().signal;

/** A sleep that ends when the test says so. */
function handSleep() {
  const waiting: (() => void)[] = [];
  const asked: number[] = [];
  return {
    asked,
    sleep: (ms: number, abort: AbortSignal) =>
      new Promise<void>((resolve) => {
        asked.push(ms);
        waiting.push(resolve);
        abort.addEventListener("abort", () => resolve(), { once: true });
      }),
    pass: async () => {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe("holdLease", () => {
  it("renews at every third of the lease while the work goes on, and releases at its end", async () => {
    const time = handSleep();
    const events: string[] = [];
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
      sleep: time.sleep,
      signal,
      work: () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    });
    await time.pass();
    await time.pass();
    finish("done");
    expect(await held).toBe("done");
    expect(events).toEqual(["renew", "renew", "release"]);
    expect(time.asked).toEqual([10_000, 10_000, 10_000]);
  });

  it("aborts the work when the lease cannot be renewed, and does not release what is not its own", async () => {
    const time = handSleep();
    let released = false;
    const held = holdLease({
      renew: () => Promise.reject(new Error("lease lost")),
      release: () => {
        released = true;
        return Promise.resolve();
      },
      leaseMs: 30_000,
      sleep: time.sleep,
      signal,
      work: (work) =>
        new Promise<void>((_resolve, reject) => {
          work.addEventListener("abort", () => reject(work.reason), { once: true });
        }),
    });
    const ended = expect(held).rejects.toThrow("lease lost");
    await time.pass();
    await ended;
    expect(released).toBe(false);
  });

  it("releases when the work fails", async () => {
    const time = handSleep();
    let released = false;
    const held = holdLease({
      renew: () => Promise.resolve(),
      release: () => {
        released = true;
        return Promise.resolve();
      },
      leaseMs: 30_000,
      sleep: time.sleep,
      signal,
      work: () => Promise.reject(new Error("no plan")),
    });
    await expect(held).rejects.toThrow("no plan");
    expect(released).toBe(true);
  });
});
