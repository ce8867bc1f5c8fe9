import { expect, test } from "vitest";
import { longestDelayMs, rollBooks } from "./rolling-books.ts";

test("a delay is counted against those about the same place, not against the whole burst", () => {
  const calm = Array.from({ length: 200 }, (_, place) => place * 100);
  expect(longestDelayMs(calm, calm)).toBe(1_250);
  const rolled = calm.with(100, 40_000);
  expect(longestDelayMs(calm, rolled)).toBe(30_000);
});

test("one slow candidate in calm does not excuse its neighbours", () => {
  const calm: (number | null)[] = Array.from({ length: 60 }, () => 500);
  calm[30] = 60_000;
  calm[31] = null;
  const rolled = Array.from({ length: 60 }, (_, place) => (place === 30 ? 61_500 : 500));
  expect(longestDelayMs(calm, rolled)).toBe(61_000);
});

test("nobody who was submitted is no short delay", () => {
  expect(longestDelayMs([500], [null])).toBeNaN();
});

test("a liquidator that is stopped after the last submission counts for nothing", () => {
  const replacements = [
    { name: "liquidator-1", stoppedAtMs: 1_000, replacedAfterMs: 3_000, isClean: true },
    { name: "liquidator-2", stoppedAtMs: 4_000, replacedAfterMs: 5_000, isClean: false },
    { name: "liquidator-3", stoppedAtMs: 9_000, replacedAfterMs: 4_000, isClean: true },
  ];
  expect(rollBooks(replacements, 9_000)).toEqual({
    ...{ restarted: 2, unclean: 1, longestReplacementMs: 5_000 },
  });
});
