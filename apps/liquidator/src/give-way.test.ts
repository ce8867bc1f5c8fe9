import { expect, it } from "vitest";
import { createGiveWay } from "./give-way.ts";

const { signal } = new AbortController();

/** Time passes by the pauses alone; it is crowded until so many milliseconds have passed. */
function setUp(crowdedForMs: number) {
  const time = { nowMs: 0, onPause: () => {} };
  const giveWay = createGiveWay({
    isCrowded: () => time.nowMs < crowdedForMs,
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

it("waits until it is crowded no more, and says how long", async () => {
  expect(await setUp(3_000).giveWay.wait(signal)).toBe(3_000);
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

it("waits 250 times at once, and no more: what waits keeps its fee reserved", async () => {
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
  const first = Array.from({ length: 250 }, () => giveWay.wait(signal));
  expect(await giveWay.wait(signal)).toBe(0);
  nowMs = 60_000;
  endPauses();
  expect(new Set(await Promise.all(first))).toEqual(new Set([60_000]));
});
