import { describe, expect, it, test } from "vitest";
import { BTC, buildCdp, buildMarket, USDC, W2_USDC, XRD } from "../test/builders.ts";
import { type Decimal, formatDecimal, parseDecimal } from "./decimal.ts";
import { assessHealth } from "./health.ts";
import { type PlanResult, planLiquidation } from "./liquidation-plan.ts";
import type { PlanInput, PlannableCollateral, PlannableLoan } from "./plan-types.ts";

function loan(resource: string, amount: string, price: string, closeFactor = "0.5"): PlannableLoan {
  return {
    resource,
    amount: parseDecimal(amount),
    price: parseDecimal(price),
    closeFactor: parseDecimal(closeFactor),
  };
}

function collateral(
  resource: string,
  amount: string,
  value: string,
  bonusRate = "0.07",
): PlannableCollateral {
  return {
    resource,
    amount: parseDecimal(amount),
    value: parseDecimal(value),
    bonusRate: parseDecimal(bonusRate),
  };
}

interface Case {
  readonly loans: readonly PlannableLoan[];
  readonly collaterals: readonly PlannableCollateral[];
  /** Without it, a million of everything. */
  readonly inventory?: Readonly<Record<string, string>>;
  readonly minProfit?: string;
  readonly fee?: string;
  readonly seize?: "several" | "single";
}

const DIVISIBILITY: Readonly<Record<string, number>> = { [USDC]: 6, [BTC]: 8 };
const PLENTY = Object.fromEntries([XRD, USDC, BTC].map((resource) => [resource, "1000000"]));

function inputOf({ loans, collaterals, inventory = PLENTY, seize, ...amounts }: Case): PlanInput {
  const held = Object.entries(inventory).map(([resource, amount]): [string, Decimal] => [
    resource,
    parseDecimal(amount),
  ]);
  return {
    health: { loans, collaterals },
    assetDivisibility: (resource) => DIVISIBILITY[resource] ?? 18,
    inventory: new Map(held),
    xrd: XRD,
    protocolBonusShare: parseDecimal("0.2"),
    feeXrd: parseDecimal(amounts.fee ?? "0.5"),
    minProfitXrd: parseDecimal(amounts.minProfit ?? "0.1"),
    slippage: parseDecimal("0.01"),
    ...(seize === undefined ? {} : { seize }),
  };
}

/** A plan in text: `pay <amount> <resource>`, `take <expected> (<min>) <resource>`, `profit <xrd>`. */
function told(result: PlanResult): readonly string[] {
  if (result.kind === "no_inventory") return [`no ${result.resource}`];
  if (result.kind === "unprofitable") return [`at best ${formatDecimal(result.bestProfitXrd)}`];
  if (result.kind === "switched_off") return [`off: ${formatDecimal(result.bestProfitXrd)}`];
  if (result.funding === "nft") return [`take ${result.nft.id}`];
  return [
    `pay ${formatDecimal(result.repay.amount)} ${result.repay.resource}`,
    ...result.seize.map(
      ({ resource, expectedAmount, minAmount }) =>
        `take ${formatDecimal(expectedAmount)} (${formatDecimal(minAmount)}) ${resource}`,
    ),
    `profit ${formatDecimal(result.profitXrd)}`,
  ];
}

function plan(parts: Case): readonly string[] {
  return told(planLiquidation(inputOf(parts)));
}

describe("the payment", () => {
  test.each<[string, Case, readonly string[]]>([
    [
      "is half of the loan, by the close factor",
      { loans: [loan(USDC, "100", "10")], collaterals: [collateral(XRD, "1200", "1200")] },
      [`pay 50 ${USDC}`, `take 528 (522.72) ${XRD}`, "profit 27.5"],
    ],
    [
      "is what the inventory has, when that is less",
      {
        loans: [loan(USDC, "100", "10")],
        collaterals: [collateral(XRD, "1200", "1200")],
        inventory: { [USDC]: "20" },
      },
      [`pay 20 ${USDC}`, `take 211.2 (209.088) ${XRD}`, "profit 10.7"],
    ],
    [
      "is what the collateral can match, when that is less",
      { loans: [loan(USDC, "100", "10")], collaterals: [collateral(XRD, "107", "107")] },
      [`pay 10 ${USDC}`, `take 105.6 (104.544) ${XRD}`, "profit 5.1"],
    ],
    [
      "fits the divisibility of the asset",
      { loans: [loan(USDC, "100.000003", "10")], collaterals: [collateral(XRD, "1200", "1200")] },
      [`pay 50.000001 ${USDC}`, `take 528.00001056 (522.7200104544) ${XRD}`, "profit 27.50000056"],
    ],
  ])("%s", (_what, parts, expected) => {
    expect(plan(parts)).toEqual(expected);
  });

  it("closes the whole loan where the close factor lets it", () => {
    const [payment] = plan({
      loans: [loan(USDC, "100", "10", "1")],
      collaterals: [collateral(XRD, "1200", "1200")],
    });
    expect(payment).toBe(`pay 100 ${USDC}`);
  });
});

describe("what is taken", () => {
  const loans = [loan(USDC, "100", "10")];

  it("is rounded to the divisibility of the resource: the expected amount down, the protocol's share of it up", () => {
    expect(plan({ loans, collaterals: [collateral(BTC, "0.03", "3000")] })).toEqual([
      `pay 50 ${USDC}`,
      `take 0.00528 (0.0052272) ${BTC}`,
      "profit 27.5",
    ]);
    expect(plan({ loans, collaterals: [collateral(BTC, "0.03", "3001")] })).toEqual([
      `pay 50 ${USDC}`,
      `take 0.00527823 (0.00522545) ${BTC}`,
      "profit 27.498941",
    ]);
  });

  it("is a deposit unit by the units, not by what they stand for", () => {
    const [, taken] = plan({ loans, collaterals: [collateral(W2_USDC, "80", "1000")] });
    expect(taken).toBe(`take 42.24 (41.8176) ${W2_USDC}`);
  });

  it("comes from the highest bonus first, and from the next only for the rest", () => {
    const collaterals = [
      collateral(XRD, "10000", "10000", "0.03"),
      collateral(BTC, "0.01", "220", "0.1"),
    ];
    expect(plan({ loans, collaterals })).toEqual([
      `pay 50 ${USDC}`,
      `take 0.00981818 (0.00972) ${BTC}`,
      `take 307.2 (304.128) ${XRD}`,
      "profit 22.69996",
    ]);
  });

  it("leaves out a collateral that the payment does not reach", () => {
    const collaterals = [collateral(XRD, "10000", "10000", "0.1"), collateral(BTC, "1", "10000")];
    expect(plan({ loans, collaterals })).toEqual([
      `pay 50 ${USDC}`,
      `take 540 (534.6) ${XRD}`,
      "profit 39.5",
    ]);
  });

  it("never is part of an NFT, nor of no worth", () => {
    const fromNft = { ...collateral(XRD, "10000", "10000", "0.1"), isFromNft: true };
    const collaterals = [fromNft, collateral(W2_USDC, "0", "0"), collateral(BTC, "1", "0")];
    expect(plan({ loans, collaterals })).toEqual(["at best -0.5"]);
  });

  it("never is less than the resource can carry: nothing is paid for it either", () => {
    const collaterals = [
      collateral(BTC, "0.000000009", "100", "0.1"),
      collateral(XRD, "214", "214", "0.07"),
    ];
    expect(plan({ loans, collaterals })).toEqual([
      `pay 20 ${USDC}`,
      `take 211.2 (209.088) ${XRD}`,
      "profit 10.7",
    ]);
  });

  it("is one collateral only where that is asked for, the one that pays best", () => {
    const collaterals = [
      collateral(BTC, "0.01", "110", "0.1"),
      collateral(XRD, "10000", "10000", "0.05"),
    ];
    expect(plan({ loans, collaterals, seize: "single" })).toEqual([
      `pay 50 ${USDC}`,
      `take 520 (514.8) ${XRD}`,
      "profit 19.5",
    ]);
  });
});

describe("the choice of the loan", () => {
  const loans = [loan(XRD, "100", "1"), loan(USDC, "100", "10"), loan(BTC, "0.000001", "1000000")];
  const collaterals = [collateral(XRD, "1200", "1200")];

  it("is the one that profits most", () => {
    expect(plan({ loans, collaterals })[0]).toBe(`pay 50 ${USDC}`);
  });

  it("is the next best when the inventory has nothing of the best", () => {
    expect(plan({ loans, collaterals, inventory: { [XRD]: "1000" } })).toEqual([
      `pay 50 ${XRD}`,
      `take 52.8 (52.272) ${XRD}`,
      "profit 2.3",
    ]);
  });

  test.each([
    ["without price", loan(USDC, "100", "0")],
    ["whose half is less than the last digit", loan(XRD, "0.000000000000000001", "1")],
    ["of less than the asset can carry", loan(USDC, "0.000001", "10")],
    ["worth less than the last digit", loan(USDC, "0.000002", "0.0000000000001")],
  ])("passes over a loan %s", (_what, passedOver) => {
    expect(plan({ loans: [passedOver], collaterals })).toEqual(["at best -0.5"]);
  });
});

describe("profit", () => {
  const parts = { loans: [loan(USDC, "10", "10")], collaterals: [collateral(XRD, "1200", "1200")] };

  test.each([
    ["2.3", "a plan", `pay 5 ${USDC}`],
    ["2.300000000000000001", "none", "at best 2.3"],
  ])("of 2.3 XRD after the fee, against a least profit of %s, is %s", (minProfit, _what, first) => {
    expect(plan({ ...parts, minProfit })[0]).toBe(first);
  });

  it("counts the fee", () => {
    expect(plan({ ...parts, fee: "2.9" })).toEqual(["at best -0.1"]);
  });

  it("of what could be had with more inventory makes it a question of inventory", () => {
    expect(plan({ ...parts, inventory: {} })).toEqual([`no ${USDC}`]);
    expect(plan({ ...parts, inventory: { [USDC]: "0.000001" } })).toEqual([`no ${USDC}`]);
    expect(plan({ ...parts, inventory: { [USDC]: "-5" } })).toEqual([`no ${USDC}`]);
  });

  it("that no inventory could make stays unprofitable without inventory", () => {
    expect(plan({ ...parts, inventory: {}, minProfit: "3" })).toEqual(["at best 2.3"]);
  });

  it("of a CDP with nothing to take is the fee lost", () => {
    expect(plan({ loans: parts.loans, collaterals: [] })).toEqual(["at best -0.5"]);
    expect(plan({ loans: [], collaterals: parts.collaterals })).toEqual(["at best -0.5"]);
  });
});

it("survives the price of next to nothing", () => {
  const loans = [loan(USDC, "1000000", "0.000000000000000001")];
  const collaterals = [collateral(XRD, "1000000000000000000000000", "1000000000000000000000000")];
  expect(plan({ loans, collaterals })).toEqual(["at best -0.499999999999972"]);
});

it("plans for what our own valuation says of a CDP", () => {
  const cdp = buildCdp({ loans: [[USDC, "10"]], collaterals: [[XRD, "2140"]] });
  const health = assessHealth(cdp, buildMarket());
  if (health.kind !== "valued") throw new Error(`not valued: ${health.kind}`);
  expect(plan(health)).toEqual([`pay 5 ${USDC}`, `take 1056 (1045.44) ${XRD}`, "profit 55.5"]);
});

test.each([
  ["slippage", "1.000000000000000001"],
  ["slippage", "-0.1"],
  ["protocolBonusShare", "20"],
])("a %s of %s is refused", (field, value) => {
  const input = { ...inputOf({ loans: [], collaterals: [] }), [field]: parseDecimal(value) };
  expect(() => planLiquidation(input)).toThrow(`${field} must be within 0 to 1`);
});
