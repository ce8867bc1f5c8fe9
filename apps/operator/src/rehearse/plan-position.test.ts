import {
  DECIMAL_ZERO,
  type Decimal,
  type FlashTerms,
  formatDecimal,
  type PlanSettings,
  parseDecimal,
} from "@weft/protocol";
import { describe, expect, test } from "vitest";
import { halfway, USD, XRD, xrdCollateral } from "../../test/sample-health.ts";
import { type PlanPositionDeps, planPosition } from "./plan-position.ts";

const flash: FlashTerms = {
  liquidity: (asset) => (asset === USD ? parseDecimal("1000") : undefined),
  feeRate: () => parseDecimal("0.001"),
  route: (from, to) => (from === XRD && to === USD ? [{ pool: "dex", input: XRD }] : undefined),
  swapLoss: parseDecimal("0.01"),
};
const settings = (terms: ReturnType<PlanSettings["terms"]> = {}): PlanSettings => ({
  assetDivisibility: () => 18,
  protocolBonusShare: parseDecimal("0.2"),
  xrd: XRD,
  feeLockXrd: parseDecimal("1"),
  minProfitXrd: parseDecimal("0.1"),
  allowedLossXrd: DECIMAL_ZERO,
  dustXrd: parseDecimal("1"),
  keep: new Map(),
  maxSlippage: parseDecimal("0.01"),
  terms: () => terms,
});
const holding = (usd: string) => new Map([[USD, parseDecimal(usd)]]);
const deps = (change: Partial<PlanPositionDeps> = {}): PlanPositionDeps => ({
  settings: settings(),
  held: holding("1000"),
  badDebtCollateralXrd: parseDecimal("1"),
  findDoubt: () => undefined,
  ...change,
});
const texts = (need: ReadonlyMap<string, Decimal>) =>
  Object.fromEntries(Array.from(need, ([resource, amount]) => [resource, formatDecimal(amount)]));

describe("a CDP within its line", () => {
  test("is planned for as the liquidator would, and needs half its debt", () => {
    const planned = planPosition(halfway, deps());
    expect(planned).toMatchObject({ isOverLine: false, plans: [{ funding: "inventory" }] });
    expect(texts(planned.need)).toEqual({ [USD]: "50" });
  });

  test("goes by flash loan where the account has nothing, and needs as much out of the account", () => {
    const planned = planPosition(halfway, deps({ settings: settings({ flash }), held: new Map() }));
    expect(planned).toMatchObject({ plans: [{ funding: "flash_swap" }] });
    expect(texts(planned.need)).toEqual({ [USD]: "50" });
  });
});

describe("what cannot be liquidated has its reason", () => {
  const noRoute = { ...flash, route: () => undefined };
  const noPool = { ...flash, liquidity: () => undefined };
  const dear = { ...flash, swapLoss: parseDecimal("0.5") };
  const none = new Map<string, Decimal>();

  test.each<readonly [string, FlashTerms | undefined, string]>([
    ["flash loans are off", undefined, "flash loans are off (FLASH_LOANS)"],
    ["nobody lends", noPool, "no pool lends it"],
    ["there is no route", noRoute, `no way leads back to it from ${XRD} (SWAP_POOLS)`],
    ["the way back is too dear", dear, "a flash loan would not earn enough"],
  ])("too little in the account, and %s", (_, terms, why) => {
    const short = settings(terms === undefined ? {} : { flash: terms });
    const planned = planPosition(halfway, deps({ settings: short, held: none }));
    expect(planned).toMatchObject({
      verdict: "treasury_short",
      detail: `too little of ${USD}: 0 to spend, and ${why}`,
    });
    expect(texts(planned.need)).toEqual({ [USD]: "50" });
  });

  test("an NFT is not to be had with borrowed money", () => {
    const nft = {
      ...{ resource: "resource_sim1nft", id: "#1#", nftType: "nft" as const, positions: [] },
      value: parseDecimal("100"),
      loanPaymentValue: parseDecimal("50"),
      compensationValue: DECIMAL_ZERO,
      liquidationFee: DECIMAL_ZERO,
    };
    const pledged = { ...xrdCollateral, isFromNft: true };
    const health = { ...halfway, collaterals: [pledged], nfts: [nft] };
    const planned = planPosition(health, deps({ settings: settings({ flash }), held: none }));
    expect(planned).toMatchObject({
      verdict: "treasury_short",
      detail: `too little of ${USD}: 0 to spend, and an NFT cannot be paid for with a flash loan`,
    });
  });

  test("a price that is not believed comes first, whatever else there is", () => {
    const planned = planPosition(halfway, deps({ findDoubt: () => "first_seen", held: none }));
    expect(planned).toMatchObject({ verdict: "price_suspect", detail: "first_seen" });
    expect(texts(planned.need)).toEqual({});
  });

  test("collateral that comes to nothing at the line is bad debt", () => {
    const all = deps({ badDebtCollateralXrd: parseDecimal("250") });
    expect(planPosition(halfway, all)).toMatchObject({ verdict: "bad_debt" });
    const less = deps({ badDebtCollateralXrd: parseDecimal("249.999999999999999999") });
    expect(planPosition(halfway, less)).toHaveProperty("plans");
  });

  test("a debt that is dust is told from one that would not pay", () => {
    const greedy = { ...settings(), minProfitXrd: parseDecimal("1000") };
    expect(planPosition(halfway, deps({ settings: greedy }))).toMatchObject({
      verdict: "unprofitable",
      detail: expect.stringMatching(/^the best plan earns 5\.\d+ XRD; its debt is worth 200 XRD$/),
    });
    const dusty = { ...greedy, dustXrd: parseDecimal("200") };
    expect(planPosition(halfway, deps({ settings: dusty }))).toMatchObject({ verdict: "dust" });
  });

  test("what the market has switched off is not the account's fault", () => {
    const services = { mayRepay: () => false, mayRepayForNft: () => true, mayRemove: () => true };
    const planned = planPosition(halfway, deps({ settings: settings({ services }) }));
    expect(planned).toMatchObject({ verdict: "switched_off" });
  });
});
