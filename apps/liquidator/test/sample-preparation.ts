import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import { DECIMAL_ZERO, type Decimal, type LiquidationPlan, parseDecimal } from "@weft/protocol";
import type { TreasuryBooks } from "@weft/store";
import { type PrepareTransactionDeps, prepareTransaction } from "../src/prepare-transaction.ts";

export const signal = new AbortController().signal;
export const head: LedgerHead = { stateVersion: 1_000n, epoch: 100, round: 7, timestampMs: 0 };
export const XRD = "resource_sim1xrd";
export const USD = "resource_sim1usd";
export const BTC = "resource_sim1btc";

/** Owes 100 USD at 2 XRD; holds 240 XRD, taken with a bonus of 7 %, of which the protocol keeps a fifth. */
export const health: LedgerHealth = {
  loanValue: parseDecimal("200"),
  adjustedLoanValue: parseDecimal("200"),
  collateralValue: parseDecimal("240"),
  liquidationCollateralValue: parseDecimal("192"),
  liquidationLtv: parseDecimal("1.041666666666666666"),
  loans: [
    {
      resource: USD,
      units: parseDecimal("99"),
      amount: parseDecimal("100"),
      price: parseDecimal("2"),
      value: parseDecimal("200"),
      closeFactor: parseDecimal("0.5"),
    },
  ],
  collaterals: [
    {
      resource: XRD,
      amount: parseDecimal("240"),
      price: parseDecimal("1"),
      value: parseDecimal("240"),
      liquidationValue: parseDecimal("192"),
      bonusRate: parseDecimal("0.07"),
      resourceType: "token",
      underlying: null,
      isFromNft: false,
    },
  ],
  nfts: [],
};

export const paidBy = (plan: LiquidationPlan) =>
  plan.funding === "nft" ? plan.nft.id : String(plan.repay.amount);
export const takenBy = (plan: LiquidationPlan) =>
  plan.funding === "nft" ? [plan.nft.resource] : plan.seize.map(({ resource }) => resource);

export function prepare(
  change: Partial<PrepareTransactionDeps> = {},
  amounts: ReadonlyMap<string, Decimal> | null = new Map([
    [USD, parseDecimal("1000")],
    [XRD, parseDecimal("10")],
  ]),
  position: LedgerHealth = health,
  books?: TreasuryBooks,
) {
  const deps: PrepareTransactionDeps = {
    assetDivisibility: () => 6,
    protocolBonusShare: parseDecimal("0.2"),
    xrd: XRD,
    feeLockXrd: parseDecimal("10"),
    minProfitXrd: parseDecimal("0.1"),
    allowedLossXrd: DECIMAL_ZERO,
    dustXrd: DECIMAL_ZERO,
    keep: new Map(),
    terms: () => ({}),
    maxSlippage: parseDecimal("0.01"),
    epochWindow: 2,
    account: "account_sim1treasury",
    dryRun: false,
    composeManifest: (plan, cdpId) => `liquidate ${cdpId} with ${paidBy(plan)}`,
    preview: () => Promise.resolve({ status: "Succeeded", feeXrd: parseDecimal("0.5") }),
    ...change,
  };
  const treasury = { head, amounts, books };
  return prepareTransaction(
    { cdpId: "#1006#", attempt: 4, head, health: position, treasury },
    deps,
    signal,
  );
}

/** The same debt over 80 XRD worth of BTC and 60 XRD: half of the loan takes more than either. */
export function withTwoCollaterals(): LedgerHealth {
  const [xrd] = health.collaterals;
  if (xrd === undefined) throw new Error("no collateral to start from");
  const held = (resource: string, value: string) => ({
    ...xrd,
    resource,
    amount: parseDecimal(value),
    value: parseDecimal(value),
  });
  return { ...health, collaterals: [held(BTC, "80"), held(XRD, "60")] };
}
