import { describe, expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

const { signal } = new AbortController();

describe("inParallel", () => {
  it("keeps the results in the order of the tasks", async () => {
    const results = await inParallel(
      [() => Promise.resolve("market"), () => Promise.resolve(2)],
      signal,
    );
    expect(results).toEqual(["market", 2]);
  });

  it("cancels the others on the first failure, waits for them, and throws it", async () => {
    const events: string[] = [];
    const failure = new Error("gateway down");
    const running = inParallel(
      [
        (s) =>
          new Promise<void>((_resolve, reject) => {
            s.addEventListener("abort", () => {
              events.push("cancelled");
              reject(new Error("late"));
            });
          }),
        () => Promise.reject(failure),
      ],
      signal,
    );
    await expect(running).rejects.toBe(failure);
    expect(events).toEqual(["cancelled"]);
  });

  it("passes on that its caller gave up", async () => {
    const caller = new AbortController();
    const lost = new Error("message lost");
    const running = inParallel(
      [
        (s) =>
          new Promise<void>((_resolve, reject) => {
            s.addEventListener("abort", () => reject(s.reason));
          }),
      ],
      caller.signal,
    );
    caller.abort(lost);
    await expect(running).rejects.toBe(lost);
  });
});
