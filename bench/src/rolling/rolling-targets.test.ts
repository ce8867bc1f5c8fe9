import { expect, test } from "vitest";
import { type RollingNumbers, rollingTargets } from "./rolling-targets.ts";

const PROMISED: RollingNumbers = {
  ...{ candidates: 1_500, liquidators: 5, visibilityTimeoutSeconds: 60, submitted: 1_500 },
  ...{ lost: 0, doubled: 0, imbalances: 0, parked: 0, executorsPeak: 50 },
  ...{ restarted: 5, unclean: 0, longestDelayMs: 65_000 },
};
const missed = (numbers: Partial<RollingNumbers>) =>
  rollingTargets({ ...PROMISED, ...numbers }).flatMap(({ name, met }) => (met ? [] : [name]));

test("a rolling restart that keeps the promise meets every target, just", () => {
  expect(missed({})).toEqual([]);
});

test.each([
  ["submitted", 1_499],
  ["lost", 1],
  ["doubled", 1],
  ["imbalances", 1],
  ["parked", 1],
  ["executorsPeak", 51],
  ["restarted", 4],
  ["unclean", 1],
  ["longestDelayMs", 65_001],
])("%s %d is a miss", (name, measured) => {
  expect(missed({ [name]: measured })).toEqual([name]);
});

test("the bound follows the visibility time-out", () => {
  expect(missed({ visibilityTimeoutSeconds: 10 })).toEqual(["longestDelayMs"]);
  expect(missed({ visibilityTimeoutSeconds: 10, longestDelayMs: 15_000 })).toEqual([]);
});
