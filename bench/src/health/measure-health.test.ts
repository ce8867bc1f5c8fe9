import { expect, test } from "vitest";
import { xrdCdp, xrdMarket } from "../../../apps/indexer/test/builders.ts";
import { measureHealth } from "./measure-health.ts";

test("the rate is that of indebted CDPs by CPU time, after a warm-up that does not count", () => {
  const book = [xrdCdp("#1#", "84", "100"), xrdCdp("#2#", "0", "100"), xrdCdp("#3#", "1", "100")];
  let nowMs = 0;
  const tenMsPerLook = () => {
    nowMs += 10;
    return nowMs;
  };
  const rate = measureHealth({ market: xrdMarket(), book }, 1_000, tenMsPerLook);
  expect(rate).toEqual({ indebted: 2, evaluations: 200, evaluationsPerSecond: 200 });
});

test("a book without a debt is no measurement", () => {
  const book = [xrdCdp("#1#", "0", "100")];
  const measure = () => measureHealth({ market: xrdMarket(), book }, 1_000, () => 0);
  expect(measure).toThrow("no CDP of the book can be valued");
});
