import { describe, expect, it, test } from "vitest";
import {
  BTC,
  bookOf,
  buildCdp,
  buildMarket,
  collateralConfig,
  loanConfig,
  pool,
  price,
  USDC,
  W2_USDC,
  XRD,
} from "../test/builders.ts";
import type { Cdp } from "./cdp.ts";
import { DECIMAL_MAX, type Decimal, formatDecimal } from "./decimal.ts";
import { assessHealth, type ValuedHealth } from "./health.ts";
import type { Market } from "./market.ts";

function assessValued(cdp: Cdp, market: Market): ValuedHealth {
  const health = assessHealth(cdp, market);
  if (health.kind !== "valued") throw new Error(`not valued: ${JSON.stringify(health)}`);
  return health;
}

function ltvOf(cdp: Cdp, market: Market): string {
  return formatDecimal(assessValued(cdp, market).liquidationLtv);
}

describe("a CDP without debt", () => {
  test.each([
    ["no loan", buildCdp({ collaterals: [[XRD, "5"]] })],
    ["a loan of nothing", buildCdp({ loans: [[USDC, "0"]], collaterals: [[XRD, "5"]] })],
    ["NFT collateral only", buildCdp({ nfts: [["resource_sim1claim", ["#1#"]]] })],
  ])("%s: needs no valuation", (_what, cdp) => {
    expect(assessHealth(cdp, buildMarket({ prices: new Map() }))).toEqual({ kind: "no_debt" });
  });
});

describe("a valued CDP", () => {
  const cdp = buildCdp({
    loans: [
      [USDC, "90"],
      [XRD, "1000"],
    ],
    collaterals: [
      [W2_USDC, "80"],
      [BTC, "0.001"],
    ],
  });
  const market = buildMarket({
    pools: new Map([
      [XRD, pool(XRD, "1")],
      [USDC, pool(USDC, "0.9", "0.8")],
    ]),
    loanConfigs: bookOf(loanConfig("1.1", "0.5")),
  });

  it("adds up what is owed and what is held", () => {
    const health = assessValued(cdp, market);
    expect({
      loanValue: formatDecimal(health.loanValue),
      adjustedLoanValue: formatDecimal(health.adjustedLoanValue),
      collateralValue: formatDecimal(health.collateralValue),
      liquidationCollateralValue: formatDecimal(health.liquidationCollateralValue),
      liquidationLtv: formatDecimal(health.liquidationLtv),
    }).toEqual({
      loanValue: "21000",
      adjustedLoanValue: "23100",
      collateralValue: "40000",
      liquidationCollateralValue: "32000",
      liquidationLtv: "0.721875",
    });
  });

  it("turns loan units into an amount by the pool's ratio", () => {
    const [usdc, xrd] = assessValued(cdp, market).loans;
    expect([usdc?.resource, usdc?.amount, usdc?.value]).toEqual([
      USDC,
      100n * 10n ** 18n,
      20_000n * 10n ** 18n,
    ]);
    expect([xrd?.resource, xrd?.amount, xrd?.price]).toEqual([
      XRD,
      1_000n * 10n ** 18n,
      10n ** 18n,
    ]);
    expect(usdc?.closeFactor).toBe(5n * 10n ** 17n);
  });

  it("values a deposit unit as its share of the pool", () => {
    const [unit] = assessValued(cdp, market).collaterals;
    expect(unit).toEqual({
      resource: W2_USDC,
      amount: 80n * 10n ** 18n,
      underlyingAmount: 100n * 10n ** 18n,
      price: 200n * 10n ** 18n,
      value: 20_000n * 10n ** 18n,
      liquidationValue: 16_000n * 10n ** 18n,
      bonusRate: 7n * 10n ** 16n,
    });
  });

  it("values a staking unit as the XRD that it redeems for, cut to 18 digits", () => {
    const LSU = "resource_sim1lsu";
    const redemptions = new Map([[LSU, 1_061_803_398_874_989_484n as Decimal]]);
    const staked = buildCdp({ loans: [[XRD, "10"]], collaterals: [[LSU, "1.5"]] });
    const [unit] = assessValued(staked, buildMarket({ stakingUnits: redemptions })).collaterals;
    expect(unit).toMatchObject({
      resource: LSU,
      amount: 1_500_000_000_000_000_000n,
      underlyingAmount: 1_592_705_098_312_484_226n,
      price: 10n ** 18n,
      value: 1_592_705_098_312_484_226n,
      liquidationValue: 1_274_164_078_649_987_380n,
    });
    expect(assessHealth(staked, buildMarket())).toEqual({
      ...{ kind: "unvaluable", reason: "unknown_resource", resource: LSU },
    });
  });

  it("truncates each step toward zero", () => {
    const thirds = buildMarket({
      pools: new Map([[USDC, pool(USDC, "0.3")]]),
      prices: new Map([[USDC, price("0.333333333333333333")]]),
    });
    const [loan] = assessValued(buildCdp({ loans: [[USDC, "1"]] }), thirds).loans;
    expect(loan?.amount).toBe(3_333_333_333_333_333_333n);
    expect(loan?.value).toBe(1_111_111_111_111_111_109n);
  });
});

describe("the line", () => {
  test.each([
    ["79.999999999999999999", "0.999999999999999999"],
    ["80", "1"],
    ["80.000000000000000001", "1"],
    ["80.00000000000000008", "1.000000000000000001"],
  ])("%s XRD owed against 100 XRD is a ratio of %s", (debt, ltv) => {
    expect(
      ltvOf(buildCdp({ loans: [[XRD, debt]], collaterals: [[XRD, "100"]] }), buildMarket()),
    ).toBe(ltv);
  });

  test.each([
    ["no collateral", []],
    ["collateral of nothing", [[XRD, "0"] as const]],
    ["too little to divide by", [[XRD, "0.000000000000000002"] as const]],
  ])("a debt against %s is beyond every ratio", (_what, collaterals) => {
    const cdp = buildCdp({ loans: [[XRD, "1000000000000000000000000"]], collaterals });
    expect(assessValued(cdp, buildMarket()).liquidationLtv).toBe(DECIMAL_MAX);
  });
});

describe("risk configuration", () => {
  const versions = bookOf(collateralConfig("0.75", "0.05"), collateralConfig("0.35", "0.05"));

  it("is the version the CDP was last touched with, not the current one", () => {
    const market = buildMarket({ collateralConfigs: versions });
    const touched = (version: bigint) =>
      buildCdp({ loans: [[XRD, "40"]], collaterals: [[XRD, "100", version]] });
    expect(ltvOf(touched(1n), market)).toBe("0.5");
    expect(ltvOf(touched(2n), market)).toBe("1");
  });

  it("is the current one once the version has expired", () => {
    const first = { id: 0, config: collateralConfig(), version: 1n, expiresAtSeconds: 1n };
    const book = { current: versions.current, history: new Map([[1n, first]]) };
    const cdp = buildCdp({ loans: [[XRD, "40"]], collaterals: [[XRD, "100", 1n]] });
    expect(ltvOf(cdp, buildMarket({ collateralConfigs: book }))).toBe("1");
  });
});

describe("what cannot be valued", () => {
  const debt = [[USDC, "10"]] as const;
  const held = [[BTC, "1"]] as const;
  const cdp = buildCdp({ loans: debt, collaterals: held });

  test.each<[string, Cdp, Market, string, string]>([
    [
      "NFT collateral",
      buildCdp({ loans: debt, nfts: [["resource_sim1claim", ["#1#"]]] }),
      buildMarket(),
      "nft_collateral",
      "resource_sim1claim",
    ],
    [
      "a token the market does not know",
      buildCdp({ loans: debt, collaterals: [["resource_sim1lsu", "1"]] }),
      buildMarket(),
      "unknown_resource",
      "resource_sim1lsu",
    ],
    [
      "a collateral without price",
      cdp,
      buildMarket({ prices: new Map([[USDC, price("200")]]) }),
      "missing_price",
      BTC,
    ],
    [
      "a loan without price",
      cdp,
      buildMarket({ prices: new Map([[BTC, price("200")]]) }),
      "missing_price",
      USDC,
    ],
    [
      "a deposit unit whose asset has no price",
      buildCdp({ loans: [[XRD, "1"]], collaterals: [[W2_USDC, "1"]] }),
      buildMarket({ prices: new Map() }),
      "missing_price",
      W2_USDC,
    ],
    [
      "a price at the end of its validity",
      cdp,
      buildMarket({
        prices: new Map([
          [USDC, price("200", 14_400n)],
          [BTC, price("1")],
        ]),
      }),
      "expired_price",
      USDC,
    ],
    [
      "a price of zero",
      cdp,
      buildMarket({
        prices: new Map([
          [USDC, price("200")],
          [BTC, price("0")],
        ]),
      }),
      "zero_price",
      BTC,
    ],
    [
      "a negative price",
      cdp,
      buildMarket({
        prices: new Map([
          [USDC, price("-200")],
          [BTC, price("1")],
        ]),
      }),
      "zero_price",
      USDC,
    ],
    [
      "an unknown loan version",
      buildCdp({ loans: [[USDC, "1", 9n]] }),
      buildMarket(),
      "unknown_config",
      USDC,
    ],
    [
      "an unknown collateral version",
      buildCdp({ loans: debt, collaterals: [[BTC, "1", 9n]] }),
      buildMarket(),
      "unknown_config",
      BTC,
    ],
    ["a loan without pool", cdp, buildMarket({ pools: new Map() }), "missing_pool", USDC],
    [
      "a deposit unit without pool",
      buildCdp({ loans: [[XRD, "1"]], collaterals: [[W2_USDC, "1"]] }),
      buildMarket({ pools: new Map([[XRD, pool(XRD, "1")]]) }),
      "missing_pool",
      W2_USDC,
    ],
    [
      "a unit ratio of zero",
      cdp,
      buildMarket({ pools: new Map([[USDC, pool(USDC, "0")]]) }),
      "out_of_range",
      USDC,
    ],
    [
      "a value beyond the ledger's numbers",
      buildCdp({ loans: debt, collaterals: [[BTC, "3138550867693340381917894711603833208051"]] }),
      buildMarket(),
      "out_of_range",
      BTC,
    ],
  ])("%s", (_what, unvaluable, market, reason, resource) => {
    expect(assessHealth(unvaluable, market)).toEqual({ kind: "unvaluable", reason, resource });
  });

  it("a price is good one second before the end of its validity", () => {
    const fresh = price("200", 14_399n);
    const market = buildMarket({ prices: new Map([[USDC, fresh]]) });
    expect(ltvOf(buildCdp({ loans: debt, collaterals: [[XRD, "2500"]] }), market)).toBe("1");
  });

  it("XRD is worth 1 whatever the price cache says of it", () => {
    const market = buildMarket({ prices: new Map([[XRD, price("3", 99_999n)]]) });
    expect(ltvOf(buildCdp({ loans: [[XRD, "8"]], collaterals: [[XRD, "10"]] }), market)).toBe("1");
  });

  it("an NFT position that has been emptied stands in nobody's way", () => {
    const emptied = buildCdp({
      loans: debt,
      collaterals: held,
      nfts: [["resource_sim1claim", []]],
    });
    expect(assessHealth(emptied, buildMarket()).kind).toBe("valued");
  });
});
