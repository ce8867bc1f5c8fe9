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
