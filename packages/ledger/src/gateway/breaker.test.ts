import { beforeEach, describe, expect, test } from "vitest";
import { type Breaker, type BreakerState, createBreaker } from "./breaker.ts";

let breaker: Breaker;
let states: BreakerState[];
beforeEach(() => {
  states = [];
  breaker = createBreaker((state) => states.push(state));
});
const failTimes = (times: number, nowMs: number) => {
  for (let time = 0; time < times; time += 1) breaker.fail(nowMs);
};

describe("closed", () => {
  test("seven failures in a row leave it closed, the eighth opens it", () => {
    failTimes(7, 0);
    expect(breaker.readyInMs(0)).toBe(0);
    failTimes(1, 0);
    expect(breaker.readyInMs(500)).toBe(1_500);
    expect(states).toEqual(["open"]);
  });

  test("a success in between starts the count anew", () => {
    failTimes(7, 0);
    breaker.succeed();
    failTimes(7, 0);
    expect(breaker.state).toBe("closed");
  });
});

describe("open", () => {
  beforeEach(() => failTimes(8, 0));

  test("after its pause one request is let through, and nobody beside it", () => {
    expect(breaker.readyInMs(2_000)).toBe(0);
    breaker.enter();
    expect(breaker.state).toBe("half_open");
    expect(breaker.readyInMs(2_000)).toBeGreaterThan(0);
  });

  test("failures of requests that were under way do not prolong it", () => {
    failTimes(5, 1_000);
    expect(breaker.readyInMs(2_000)).toBe(0);
  });

  test("each trial that fails doubles the pause, up to half a minute", () => {
    const pauses: number[] = [];
    for (let nowMs = 2_000, trial = 0; trial < 6; trial += 1) {
      breaker.enter();
      breaker.fail(nowMs);
      pauses.push(breaker.readyInMs(nowMs));
      nowMs += breaker.readyInMs(nowMs);
    }
    expect(pauses).toEqual([4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("a trial that succeeds closes it and forgets the long pauses", () => {
    breaker.enter();
    breaker.fail(2_000);
    breaker.enter();
    breaker.succeed();
    expect(states).toEqual(["open", "half_open", "open", "half_open", "closed"]);
    failTimes(8, 10_000);
    expect(breaker.readyInMs(10_000)).toBe(2_000);
  });

  test("a trial that its caller gave up leaves the next one free to try", () => {
    breaker.enter();
    breaker.leave();
    expect(breaker.readyInMs(2_000)).toBe(0);
  });
});
