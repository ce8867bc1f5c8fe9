import { parseDecimal } from "@weft/protocol";
import { expect, test } from "vitest";
import { sumNeeds } from "./treasury-needs.ts";

const need = (cdpId: string, ...amounts: readonly (readonly [string, string])[]) => ({
  cdpId,
  need: new Map(amounts.map(([resource, amount]) => [resource, parseDecimal(amount)])),
});
const needs = [
  need("#1#", ["usd", "3"], ["xrd", "10"]),
  need("#2#", ["usd", "7"], ["btc", "1"]),
  need("#3#"),
];
const held = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([resource, amount]) => [resource, parseDecimal(amount)]));

test("sums by asset, names the largest, and puts first what not even the largest can be served with", () => {
  const sums = sumNeeds(needs, held({ usd: "7", xrd: "10" }));
  expect(sums.map(({ resource, largestCdpId }) => [resource, largestCdpId])).toEqual([
    ["btc", "#2#"],
    ["usd", "#2#"],
    ["xrd", "#1#"],
  ]);
  const amountsOf = sums.map(({ all, largest, lacksForAll, lacksForLargest }) =>
    [all, largest, lacksForAll, lacksForLargest].map((amount) => Number(amount) / 1e18),
  );
  expect(amountsOf).toEqual([
    [1, 1, 1, 1],
    [10, 7, 3, 0],
    [10, 10, 0, 0],
  ]);
});

test("without an account nothing is said to be lacking", () => {
  expect(sumNeeds(needs, null)[0]).toMatchObject({
    spendable: null,
    lacksForAll: null,
    lacksForLargest: null,
  });
});
