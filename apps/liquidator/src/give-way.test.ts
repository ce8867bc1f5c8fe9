import { expect, it } from "vitest";
import { createGiveWay } from "./give-way.ts";

const { signal } = new AbortController();

/** Time passes by the pauses alone; it is crowded until so many milliseconds have passed, and once more if that is said. */
function setUp(crowdedForMs: number, again = { fromMs: 0, toMs: 0 }) {
  const time = { nowMs: 0, onPause: () => {} };
  const giveWay = createGiveWay({
    isCrowded: () =>
      time.nowMs < crowdedForMs || (time.nowMs >= again.fromMs && time.nowMs < again.toMs),
    nowMs: () => time.nowMs,
    sleep: (ms) => {
      time.nowMs += ms;
      time.onPause();
      return Promise.resolve();
    },
  });
  return { giveWay, time };
}

it("waits for nobody when it is not crowded", async () => {
  expect(await setUp(0).giveWay.wait(signal)).toBe(0);
});

it("waits until it has not been crowded for three seconds, and says how long", async () => {
  expect(await setUp(3_000).giveWay.wait(signal)).toBe(5_000);
});

it("takes an executor that is free for a moment for no end of the burst", async () => {
  const { giveWay, time } = setUp(5_000, { fromMs: 6_000, toMs: 9_000 });
  expect(await giveWay.wait(signal)).toBe(11_000);
  expect(time.nowMs).toBe(11_000);
});

it("waits for a minute at the most, and not at all when the process stops", async () => {
  expect(await setUp(100_000).giveWay.wait(signal)).toBe(60_000);
  expect(await setUp(100_000).giveWay.wait(AbortSignal.abort())).toBe(0);
});

it("waits for nobody for a minute once somebody is short of what is held, and ends the waits there are", async () => {
  const { giveWay, time } = setUp(1_000_000);
  time.onPause = () => {
    if (time.nowMs === 2_000) giveWay.settleSoon();
  };
  expect(await giveWay.wait(signal)).toBe(2_000);
  time.nowMs = 61_999;
  expect(await giveWay.wait(signal)).toBe(0);
  time.nowMs = 62_000;
  expect(await giveWay.wait(signal)).toBe(60_000);
});

it("waits 320 times at once, and no more: what waits keeps its fee reserved", async () => {
  let nowMs = 0;
  let endPauses = () => {};
  const paused = new Promise<void>((resolve) => {
    endPauses = resolve;
  });
  const giveWay = createGiveWay({
    isCrowded: () => true,
    nowMs: () => nowMs,
    sleep: () => paused,
  });
  const first = Array.from({ length: 320 }, () => giveWay.wait(signal));
  expect(await giveWay.wait(signal)).toBe(0);
  nowMs = 60_000;
  endPauses();
  expect(new Set(await Promise.all(first))).toEqual(new Set([60_000]));
});
