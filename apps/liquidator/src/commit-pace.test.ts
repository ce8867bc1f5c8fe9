import { expect, it } from "vitest";
import { createCommitPace } from "./commit-pace.ts";

/** So many transactions, of which the n-th is over after so long. */
function look(times: number, overAfterMs: (n: number) => number) {
  const pace = createCommitPace();
  let found = 0;
  for (let n = 0; n < times; n += 1) {
    const wasOver = pace.firstLookMs >= overAfterMs(n);
    if (wasOver) found += 1;
    pace.learn(wasOver);
  }
  return { pace, found };
}

it("looks at once as long as nothing is known", () => {
  expect(createCommitPace().firstLookMs).toBe(0);
});

it("finds a commit at its first look four times of five, once it knows how long one takes", () => {
  const steady = look(1_000, () => 5_000);
  expect(steady.found).toBeGreaterThan(780);
  const uneven = look(1_000, (n) => 3_000 + ((n * 7_919) % 4_000));
  expect(uneven.found).toBeGreaterThan(750);
  expect(uneven.found).toBeLessThan(850);
});

it("looks no later than ten seconds after a submission, however long nothing is over", () => {
  expect(look(100, () => Number.POSITIVE_INFINITY).pace.firstLookMs).toBe(10_000);
});

it("comes back to a quick ledger", () => {
  expect(look(200, (n) => (n < 30 ? 60_000 : 0)).pace.firstLookMs).toBe(0);
});

it("waits only for the rest after another pause, and learns nothing from what it finds then", () => {
  const { pace } = look(5, () => Number.POSITIVE_INFINITY);
  expect(pace.firstLookMs).toBe(2_000);
  expect(pace.after(0)).toBe(pace);
  expect(pace.after(500).firstLookMs).toBe(1_500);
  expect(pace.after(20_000).firstLookMs).toBe(0);
  pace.after(20_000).learn(true);
  expect(pace.firstLookMs).toBe(2_000);
});
