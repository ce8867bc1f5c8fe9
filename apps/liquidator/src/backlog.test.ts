import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { createBacklog } from "./backlog.ts";

const { signal } = new AbortController();

/** Time does not pass: a pause ends when it is aborted, or when the test ends it. */
function setUp(most: number) {
  let endPause = () => {};
  const backlog = createBacklog({
    most,
    patienceMs: 1_000,
    nowMs: () => 0,
    sleep: (_ms, aborted) =>
      new Promise((resolve) => {
        endPause = resolve;
        if (aborted.aborted) resolve();
        aborted.addEventListener("abort", () => resolve(), { once: true });
      }),
  });
  return { backlog, endPause: () => endPause() };
}

it("has room as long as no more wait than may", async () => {
  const { backlog } = setUp(2);
  backlog.arrived("a");
  backlog.arrived("b");
  expect(await backlog.hasRoom(signal)).toBe(true);
});

it("has room at once when one that waited is begun", async () => {
  const { backlog } = setUp(1);
  backlog.arrived("a");
  backlog.arrived("b");
  let answer: boolean | undefined;
  const asked = backlog.hasRoom(signal).then((hasRoom) => {
    answer = hasRoom;
  });
  await setImmediate();
  expect(answer).toBeUndefined();
  backlog.left("a");
  await asked;
  expect(answer).toBe(true);
});

it("says so when nothing was begun for a while, and when the process stops", async () => {
  const { backlog, endPause } = setUp(0);
  backlog.arrived("a");
  const asked = backlog.hasRoom(signal);
  endPause();
  expect(await asked).toBe(false);
  expect(await backlog.hasRoom(AbortSignal.abort())).toBe(false);
});

it("counts a message once, however often it is told that it left", async () => {
  const { backlog, endPause } = setUp(0);
  backlog.arrived("a");
  backlog.left("a");
  backlog.left("a");
  expect(await backlog.hasRoom(signal)).toBe(true);
  backlog.arrived("b");
  const asked = backlog.hasRoom(signal);
  endPause();
  expect(await asked).toBe(false);
});

/** Time passes by the pauses alone; after so many of them what waits has left. */
async function giveWayTo(waiting: readonly string[], leaveAfterPauses: number, at = signal) {
  let nowMs = 5_000;
  let pauses = 0;
  const backlog = createBacklog({
    ...{ most: 5, patienceMs: 1_000 },
    nowMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      pauses += 1;
      if (pauses === leaveAfterPauses) for (const id of waiting) backlog.left(id);
      return Promise.resolve();
    },
  });
  for (const id of waiting) backlog.arrived(id);
  return backlog.giveWay(at);
}

it("gives way to nobody when nobody waits", async () => {
  expect(await giveWayTo([], 1)).toBe(0);
});

it("gives way until none waits any more, and says how long", async () => {
  expect(await giveWayTo(["a", "b"], 3)).toBe(3_000);
});

it("gives way for 30 seconds at the most, and not at all when the process stops", async () => {
  expect(await giveWayTo(["a"], 100)).toBe(30_000);
  expect(await giveWayTo(["a"], 100, AbortSignal.abort())).toBe(0);
});

it("gives way to nobody for a minute once somebody is short of what is held, and ends the waits there are", async () => {
  let nowMs = 0;
  const backlog = createBacklog({
    ...{ most: 5, patienceMs: 1_000, nowMs: () => nowMs },
    sleep: (ms) => {
      nowMs += ms;
      if (nowMs === 2_000) backlog.settleSoon();
      return Promise.resolve();
    },
  });
  backlog.arrived("a");
  expect(await backlog.giveWay(signal)).toBe(2_000);
  nowMs = 61_999;
  expect(await backlog.giveWay(signal)).toBe(0);
  nowMs = 62_000;
  expect(await backlog.giveWay(signal)).toBe(30_000);
});

it("gives way 250 times at once, and no more: what gives way keeps its fee reserved", async () => {
  let nowMs = 0;
  let endPauses = () => {};
  const paused = new Promise<void>((resolve) => {
    endPauses = resolve;
  });
  const backlog = createBacklog({
    ...{ most: 5, patienceMs: 1_000, nowMs: () => nowMs },
    sleep: () => paused,
  });
  backlog.arrived("a");
  const first = Array.from({ length: 250 }, () => backlog.giveWay(signal));
  expect(await backlog.giveWay(signal)).toBe(0);
  nowMs = 30_000;
  endPauses();
  expect(new Set(await Promise.all(first))).toEqual(new Set([30_000]));
});
