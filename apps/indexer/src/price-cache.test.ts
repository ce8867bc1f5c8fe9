import { describe, expect, it } from "vitest";
import { believedPrices, xrdMarket } from "../test/builders.ts";
import type { MarketPrices } from "./judge-prices.ts";
import { createPriceCache } from "./price-cache.ts";

/** A guard whose answers come in this order, the last one for ever. */
function createGuard(...answers: readonly (MarketPrices | Error)[]) {
  const asked: string[] = [];
  const judge = createPriceCache((_market, batch: string) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(batch);
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(answer ?? believedPrices);
  });
  return { asked, judge };
}

describe("the prices of a market", () => {
  it("are judged once for batches that ask at the same time and later", async () => {
    const { asked, judge } = createGuard(believedPrices);
    const market = xrdMarket();
    await Promise.all([judge(market, "a"), judge(market, "b")]);
    expect(await judge(market, "c")).toBe(believedPrices);
    expect(asked).toEqual(["a"]);
  });

  it("are judged anew at another state version", async () => {
    const { asked, judge } = createGuard(believedPrices);
    await judge(xrdMarket(), "a");
    await judge(xrdMarket(), "b");
    expect(asked).toEqual(["a", "b"]);
  });

  it.each([
    ["the guard's memory was unreadable", { ...believedPrices, isUnreadable: true }],
    ["the judging failed", new Error("bucket away")],
  ])("are judged anew after %s", async (_title, answer) => {
    const { asked, judge } = createGuard(answer, believedPrices);
    const market = xrdMarket();
    await judge(market, "a").catch(() => undefined);
    expect(await judge(market, "b")).toBe(believedPrices);
    expect(asked).toEqual(["a", "b"]);
  });
});
