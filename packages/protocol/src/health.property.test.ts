import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BTC,
  bookOf,
  buildCdp,
  buildMarket,
  loanConfig,
  pool,
  price,
  USDC,
  W2_USDC,
  XRD,
} from "../test/builders.ts";
import type { Cdp } from "./cdp.ts";
import { type Decimal, decimalFromSubunits, formatDecimal } from "./decimal.ts";
import { assessHealth, type ValuedHealth } from "./health.ts";
import type { Market } from "./market.ts";

/** Up to 10^12, down to the last digit. */
const amount = fc.bigInt({ min: 0n, max: 10n ** 30n });
/** From 10^-6 to 10^8 XRD. */
const priceSubunits = fc.bigInt({ min: 10n ** 12n, max: 10n ** 26n });
const more = fc.bigInt({ min: 0n, max: 10n ** 26n });

function text(subunits: bigint): string {
  return formatDecimal(decimalFromSubunits(subunits));
}

const book = fc.record({
  usdcDebt: amount,
  xrdDebt: amount.map((value) => value + 1n),
  units: amount,
  btc: amount.map((value) => value + 1n),
  usdcPrice: priceSubunits,
  btcPrice: priceSubunits,
});
type Book = typeof book extends fc.Arbitrary<infer T> ? T : never;

function cdpOf({ usdcDebt, xrdDebt, units, btc }: Book): Cdp {
  return buildCdp({
    loans: [
      [USDC, text(usdcDebt)],
      [XRD, text(xrdDebt)],
    ],
    collaterals: [
      [W2_USDC, text(units)],
      [BTC, text(btc)],
    ],
  });
}

function marketOf({ usdcPrice, btcPrice }: Book): Market {
  return buildMarket({
    prices: new Map([
      [USDC, price(text(usdcPrice))],
      [BTC, price(text(btcPrice))],
    ]),
    pools: new Map([
      [XRD, pool(XRD, "0.7")],
      [USDC, pool(USDC, "0.998351556", "0.987654321987654321987654321987654321")],
    ]),
    loanConfigs: bookOf(loanConfig("1.05")),
  });
}

function assess(values: Book): ValuedHealth {
  const health = assessHealth(cdpOf(values), marketOf(values));
  if (health.kind !== "valued") throw new Error(`not valued: ${health.kind}`);
  return health;
}

function ltv(values: Book): Decimal {
  return assess(values).liquidationLtv;
}

describe("health", () => {
  it("is never better for more debt", () => {
    fc.assert(
      fc.property(book, more, (values, extra) => {
        expect(ltv({ ...values, usdcDebt: values.usdcDebt + extra })).toBeGreaterThanOrEqual(
          ltv(values),
        );
        expect(ltv({ ...values, xrdDebt: values.xrdDebt + extra })).toBeGreaterThanOrEqual(
          ltv(values),
        );
      }),
    );
  });

  it("is never worse for more collateral", () => {
    fc.assert(
      fc.property(book, more, (values, extra) => {
        expect(ltv({ ...values, btc: values.btc + extra })).toBeLessThanOrEqual(ltv(values));
        expect(ltv({ ...values, units: values.units + extra })).toBeLessThanOrEqual(ltv(values));
      }),
    );
  });

  it("is never worse for a higher price of what is only held", () => {
    fc.assert(
      fc.property(book, more, (values, extra) => {
        expect(ltv({ ...values, btcPrice: values.btcPrice + extra })).toBeLessThanOrEqual(
          ltv(values),
        );
      }),
    );
  });

  it("is never better for a higher price of what is only owed", () => {
    const owed = book.map((values) => ({ ...values, units: 0n }));
    fc.assert(
      fc.property(owed, more, (values, extra) => {
        expect(ltv({ ...values, usdcPrice: values.usdcPrice + extra })).toBeGreaterThanOrEqual(
          ltv(values),
        );
      }),
    );
  });

  it("does not change when everything owed and held grows alike, but for the digits truncated", () => {
    const sizeable = book.map((values) => ({
      ...values,
      xrdDebt: values.xrdDebt + 10n ** 24n,
      btc: values.btc + 10n ** 24n,
      btcPrice: values.btcPrice + 10n ** 18n,
    }));
    fc.assert(
      fc.property(sizeable, fc.bigInt({ min: 1n, max: 1_000n }), (values, factor) => {
        const scaled = {
          ...values,
          usdcDebt: values.usdcDebt * factor,
          xrdDebt: values.xrdDebt * factor,
          units: values.units * factor,
          btc: values.btc * factor,
        };
        const [before, after] = [ltv(values), ltv(scaled)];
        const apart = before > after ? before - after : after - before;
        // Each of the sums, at least 10^6 XRD, may lose a few 10^-18 times the price: less than 10^-14 of the ratio.
        expect(apart * 10n ** 14n).toBeLessThanOrEqual(before + 10n ** 18n);
      }),
    );
  });

  it("sums are those of the positions shown", () => {
    fc.assert(
      fc.property(book, (values) => {
        const health = assess(values);
        const sum = (parts: readonly bigint[]) => parts.reduce((total, part) => total + part, 0n);
        expect(sum(health.loans.map(({ value }) => value))).toBe(health.loanValue);
        expect(sum(health.loans.map((loan) => loan.adjustedValue))).toBe(health.adjustedLoanValue);
        expect(sum(health.collaterals.map(({ value }) => value))).toBe(health.collateralValue);
        expect(sum(health.collaterals.map((held) => held.liquidationValue))).toBe(
          health.liquidationCollateralValue,
        );
      }),
    );
  });
});
