import { expect, test } from "vitest";
import { canonicalAmounts, sameAmounts, sumDecimals } from "./amounts.ts";

test("sums are exact at every digit of a ledger amount", () => {
  expect(
    sumDecimals(["3138550867693340381917894711603833208051", "0.000000000000000001", "-51"]),
  ).toBe("3138550867693340381917894711603833208000.000000000000000001");
  expect(sumDecimals([])).toBe("0");
});

test("amounts are the same however they are split, ordered or written", () => {
  const left = [
    { resource: "a", amount: "1.50" },
    { resource: "b", amount: "2" },
    { resource: "a", amount: "0.5" },
  ];
  const right = [
    { resource: "b", amount: "2.0" },
    { resource: "a", amount: "2" },
  ];
  expect(sameAmounts(left, right)).toBe(true);
  expect(canonicalAmounts(left)).toBe("a=2,b=2");
  expect(canonicalAmounts(right)).toBe("a=2,b=2");
});

test("one atto more of one resource is a difference, and so is a resource that only one side has", () => {
  const one = [{ resource: "a", amount: "1" }];
  expect(sameAmounts(one, [{ resource: "a", amount: "1.000000000000000001" }])).toBe(false);
  expect(sameAmounts(one, [...one, { resource: "b", amount: "1" }])).toBe(false);
});
