import { expect, test } from "vitest";
import { pacePerHour } from "./pace.ts";

test("one each second is 3,600 per hour, however many there were and in whatever order", () => {
  expect(pacePerHour([0, 1_000, 2_000, 3_000])).toBe(3_600);
  expect(pacePerHour([4_000, 1_000, 0, 3_000, 2_000])).toBe(3_600);
});

test("a late one counts by its share: the last does not decide alone", () => {
  const evenly = Array.from({ length: 100 }, (_, index) => index * 1_000);
  const oneLate = [...evenly.slice(0, -1), 109_000];
  expect(Math.round(pacePerHour(oneLate))).toBe(3_586);
});

test("a single one has no pace", () => {
  expect(pacePerHour([1_000])).toBeNaN();
  expect(pacePerHour([])).toBeNaN();
});
