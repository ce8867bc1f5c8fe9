import { describe, expect, it, test } from "vitest";
import { buildMarket, LEDGER_TIME, pool, USDC, XRD } from "../test/builders.ts";
import { formatDecimal, parseDecimal } from "./decimal.ts";
import { pendingInterest, withPendingInterest } from "./pending-interest.ts";

const DAY = 86_400n;

function pendingOf(ratePerYear: string, sinceSeconds: bigint): string {
  const written = {
    ...pool(USDC, "0.9"),
    interestRate: parseDecimal(ratePerYear),
    interestUpdatedAtSeconds: LEDGER_TIME - sinceSeconds,
  };
  const market = { ...buildMarket({}), pools: new Map([[USDC, written]]) };
  return formatDecimal(pendingInterest(market).get(USDC) ?? parseDecimal("-1"));
}

describe("pendingInterest", () => {
  test.each([
    ["written this second", "0.1", 0n, "0"],
    ["one second, rounded up", "0.1", 1n, "0.000000003170979199"],
    ["a day at 36.5 % a year", "0.365", DAY, "0.001"],
    ["a year that nobody touched it", "0.1", 31_536_000n, "0.1"],
    ["no interest", "0", DAY, "0"],
    ["a rate below zero, which helps nobody's creditor", "-0.1", DAY, "0"],
    ["written after the state that was read", "0.1", -60n, "0"],
  ])("%s", (_what, rate, since, growth) => {
    expect(pendingOf(rate, since)).toBe(growth);
  });
});

describe("withPendingInterest", () => {
  const pending = new Map([
    [USDC, parseDecimal("0.001")],
    [XRD, parseDecimal("0.02")],
  ]);
  const loan = (resource: string) => ({ resource }) as never;

  it("counts the loan that grew the most", () => {
    const ltv = parseDecimal("0.5");
    expect(withPendingInterest(ltv, [loan(USDC)], pending)).toBe(parseDecimal("0.5005"));
    expect(withPendingInterest(ltv, [loan(USDC), loan(XRD)], pending)).toBe(parseDecimal("0.51"));
  });

  it("counts nothing for a loan of an asset without a pool", () => {
    expect(withPendingInterest(parseDecimal("0.5"), [loan("other")], pending)).toBe(
      parseDecimal("0.5"),
    );
  });
});
