import { expect, it } from "vitest";
import { createRecent } from "./recent.ts";

function setUp(fail = false) {
  let reads = 0;
  const time = { nowMs: 1_000 };
  const recent = createRecent({
    read: () => {
      reads += 1;
      if (fail && reads === 1) return Promise.reject(new Error("the table is away"));
      return Promise.resolve(reads);
    },
    maxAgeMs: 300,
    nowMs: () => time.nowMs,
  });
  return { recent, time };
}

it("gives all who ask at once the same read", async () => {
  const { recent } = setUp();
  expect(await Promise.all([recent.read(), recent.read(), recent.read()])).toEqual([1, 1, 1]);
});

it.each([
  [300, 1],
  [301, 2],
])("after %s ms gives read %s", async (ms, read) => {
  const { recent, time } = setUp();
  await recent.read();
  time.nowMs += ms;
  expect(await recent.read()).toBe(read);
});

it("reads anew for whom the last read will not do, and gives that to the others", async () => {
  const { recent } = setUp();
  await recent.read();
  expect(await recent.readAnew()).toBe(2);
  expect(await recent.read()).toBe(2);
});

it("remembers no failure", async () => {
  const { recent } = setUp(true);
  await expect(recent.read()).rejects.toThrow("the table is away");
  expect(await recent.read()).toBe(2);
});

it.each([
  ["newer than what is known is given", 1_001, 9],
  ["older than what is known is not", 999, 1],
])("what somebody else has read and is %s", async (_case, askedMs, given) => {
  const { recent } = setUp();
  await recent.read();
  recent.learn(9, askedMs);
  expect(await recent.read()).toBe(given);
});

it("reads anew what is known to hold no more", async () => {
  const { recent } = setUp();
  await recent.read();
  recent.forget();
  expect(await Promise.all([recent.read(), recent.read()])).toEqual([2, 2]);
});
