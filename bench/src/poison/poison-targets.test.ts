import { expect, test } from "vitest";
import { type PoisonNumbers, poisonTargets } from "./poison-targets.ts";

const DESIGN: PoisonNumbers = {
  ...{ candidates: 1_496, percent: 1, submitted: 1_496, lost: 0, doubled: 0 },
  ...{ imbalances: 0, parked: 0, executorsPeak: 50, throughputLoss: 0.02 },
  ...{ poison: 8, poisonQuarantined: 8, poisonSpendXrd: 1.4 },
  ...{ poisonSpendBoundXrd: 1.4, poisonAttemptsMost: 1 },
};
const missed = (numbers: Partial<PoisonNumbers>) =>
  poisonTargets({ ...DESIGN, ...numbers }).flatMap(({ name, met }) => (met ? [] : [name]));

test("poison that costs what it may meets every target, just", () => {
  expect(missed({})).toEqual([]);
});

test.each([
  ["submitted", 1_495],
  ["lost", 1],
  ["doubled", 1],
  ["imbalances", 1],
  ["parked", 1],
  ["executorsPeak", 51],
  ["throughputLoss", 0.0201],
  ["poisonQuarantined", 7],
  ["poisonSpendXrd", 1.41],
  ["poisonAttemptsMost", 2],
])("%s %d is a miss", (name, measured) => {
  expect(missed({ [name]: measured })).toEqual([name]);
});

test("more poison may cost more, in proportion", () => {
  expect(missed({ percent: 5, throughputLoss: 0.1 })).toEqual([]);
  expect(missed({ percent: 5, throughputLoss: 0.11 })).toEqual(["throughputLoss"]);
});

test("a loss that could not be measured is a miss", () => {
  expect(missed({ throughputLoss: Number.NaN })).toEqual(["throughputLoss"]);
});
