import { expect, test } from "vitest";
import { type BurstNumbers, burstTargets } from "./burst-targets.ts";

const DESIGN: BurstNumbers = {
  ...{ candidates: 1_500, cores: 2, submitted: 1_500, lost: 0, doubled: 0, imbalances: 0 },
  ...{ parked: 0, lastSubmitMs: 25_000, ratio: 1.5, executorsPeak: 50 },
  ...{
    callsBeforeSubmit: 4,
    writesBeforeSubmit: 3,
    submittedPerHour: 15_000,
    p50: 9_000,
    p99: 9_000,
  },
};
const limitOf = (numbers: Partial<BurstNumbers>, wanted: string) =>
  burstTargets({ ...DESIGN, ...numbers }).find(({ name }) => name === wanted)?.limit;

test("the design's burst meets every target, just", () => {
  expect(burstTargets(DESIGN).filter(({ met }) => !met)).toEqual([]);
});

test.each([
  ["submitted", 1_499],
  ["lost", 1],
  ["doubled", 1],
  ["imbalances", 1],
  ["parked", 1],
  ["lastSubmitMs", 25_001],
  ["ratio", 1.51],
  ["submittedPerHour", 14_999],
  ["executorsPeak", 51],
  ["callsBeforeSubmit", 5],
  ["writesBeforeSubmit", 4],
])("%s %d is a miss", (name, measured) => {
  const missed = burstTargets({ ...DESIGN, [name]: measured }).filter(({ met }) => !met);
  expect(missed.map((target) => target.name)).toEqual([name]);
});

test("candidates that come evenly have bounds on their own time instead", () => {
  const evenly = { ...DESIGN, ratio: null, lastSubmitMs: 60_000, p50: 1_001, p99: 5_001 };
  const missed = (numbers: BurstNumbers) =>
    burstTargets(numbers).flatMap(({ name, met }) => (met ? [] : [name]));
  expect(missed(evenly)).toEqual(["p50", "p99"]);
  expect(missed({ ...evenly, p50: 1_000, p99: 5_000 })).toEqual([]);
});

test("four cores have less time, and a larger burst more", () => {
  expect(limitOf({ cores: 3 }, "lastSubmitMs")).toBe(25_000);
  expect(limitOf({ cores: 4 }, "lastSubmitMs")).toBe(15_000);
  expect(limitOf({ candidates: 3_000 }, "lastSubmitMs")).toBe(50_000);
  expect(limitOf({ candidates: 100 }, "lastSubmitMs")).toBe(25_000);
});
