import type { ResourceAddress } from "./cdp.ts";
import { addDecimal, DECIMAL_ZERO, type Decimal } from "./decimal.ts";
import type { ServiceSwitches } from "./service-switches.ts";

/** What the planner needs of a loan. */
export interface PlannableLoan {
  readonly resource: ResourceAddress;
  /** Owed, in the asset. */
  readonly amount: Decimal;
  /** XRD for one unit of the asset. */
  readonly price: Decimal;
  /** Share of the loan that one liquidation may repay, 0 to 1. */
  readonly closeFactor: Decimal;
}

/** What the planner needs of a collateral. */
export interface PlannableCollateral {
  readonly resource: ResourceAddress;
  /** Tokens held by the CDP. */
  readonly amount: Decimal;
  /** XRD for all of them. */
  readonly value: Decimal;
  /** What a liquidator takes on top of each unit of value paid. */
  readonly bonusRate: Decimal;
  /** It underlies an NFT, which `liquidate` does not take apart: never planned for. */
  readonly isFromNft?: boolean;
  /** Default `token`. */
  readonly resourceType?: "token" | "lsu" | "deposit_unit";
  /** Of a deposit unit, the asset it stands for. */
  readonly underlying?: ResourceAddress | null;
  /** XRD for one unit of the underlying asset; of a token, of itself. */
  readonly price?: Decimal;
}

/** An NFT collateral with its price, as the ledger tells it; all in XRD. */
export interface PlannableNft {
  readonly resource: ResourceAddress;
  readonly id: string;
  readonly value: Decimal;
  /** To be paid in debt. */
  readonly loanPaymentValue: Decimal;
  /** To be paid to the borrower, for what the NFT is worth beyond the debt. */
  readonly compensationValue: Decimal;
  /** To be paid to the protocol. */
  readonly liquidationFee: Decimal;
  readonly nftType: "nft" | "claim_nft";
}

/** A valued CDP, whether we valued it (`ValuedHealth`) or the ledger did. */
export interface PlannableHealth {
  readonly loans: readonly PlannableLoan[];
  readonly collaterals: readonly PlannableCollateral[];
  readonly nfts?: readonly PlannableNft[];
}

/** One swap of a route: what goes into which pool. */
export interface SwapHop {
  readonly pool: string;
  readonly input: ResourceAddress;
}

/** Where payments can be borrowed, and what is seized can be sold, within one transaction. */
export interface FlashTerms {
  /** What the asset's pool has to lend or to redeem; undefined when there is no such pool. */
  readonly liquidity: (asset: ResourceAddress) => Decimal | undefined;
  /** The pool's part of what it lends. */
  readonly feeRate: (asset: ResourceAddress) => Decimal;
  /** The swaps from one asset to another, in order; undefined when there is no way. */
  readonly route: (from: ResourceAddress, to: ResourceAddress) => readonly SwapHop[] | undefined;
  /** Part of the value that a swap may cost, 0 to 1: planned with as though it did. */
  readonly swapLoss: Decimal;
}

export interface PlanInput {
  readonly health: PlannableHealth;
  /** Digits after the point that a resource can carry, 0 to 18. */
  readonly assetDivisibility: (resource: ResourceAddress) => number;
  /** What may be spent of each resource; an XRD amount already less what fees need. */
  readonly inventory: ReadonlyMap<ResourceAddress, Decimal>;
  readonly xrd: ResourceAddress;
  /** The protocol's part of the bonus, 0 to 1. */
  readonly protocolBonusShare: Decimal;
  /** What the transaction is expected to cost, XRD. */
  readonly feeXrd: Decimal;
  /** The most it can cost, XRD: what the guards on ledger hold against. Default: nothing. */
  readonly guardFeeXrd?: Decimal;
  /** Least profit worth a transaction, XRD, after the fee. */
  readonly minProfitXrd: Decimal;
  /** What a liquidation may lose to protect the protocol, XRD; then the least profit does not count. Default: nothing. */
  readonly allowedLossXrd?: Decimal;
  /** A payment leaves a loan worth this much or more, XRD, or none. Default: any. */
  readonly dustXrd?: Decimal;
  /** Part of the expected amount that may be missing before the transaction must fail, 0 to 1. */
  readonly slippage: Decimal;
  /** Default: whatever is paid comes out of the inventory. */
  readonly flash?: FlashTerms;
  /** Default: everything is on. */
  readonly services?: ServiceSwitches;
  /**
   * `single` takes one collateral only, and so does not depend on the order in which the ledger seizes several,
   * which is not published. Default `several`: in the order asked, or one, whatever is better.
   */
  readonly seize?: "several" | "single";
}

/** The payment of a plan. */
export interface Repayment {
  readonly resource: ResourceAddress;
  /** Fits the asset's divisibility. */
  readonly amount: Decimal;
  readonly valueXrd: Decimal;
}

/** One collateral a plan takes. */
export interface Seizure {
  readonly resource: ResourceAddress;
  /** At the prices planned with, after the protocol's part of the bonus; no rounding of the ledger makes it less. */
  readonly expectedAmount: Decimal;
  /** Less than this must fail the transaction: the slippage under what is expected, and never so little as to lose. */
  readonly minAmount: Decimal;
  readonly valueXrd: Decimal;
}

/** Paid out of what the account holds; what is seized is kept. */
export interface InventoryPlan {
  readonly kind: "plan";
  readonly funding: "inventory";
  readonly repay: Repayment;
  /** In the order to ask for them. */
  readonly seize: readonly Seizure[];
  /** Σ seize.valueXrd - repay.valueXrd - fee. */
  readonly profitXrd: Decimal;
}

/** Paid with a flash loan, which is paid back out of the one collateral that is seized. */
export interface FlashPlan {
  readonly kind: "plan";
  /** `flash_redeem`: what is seized is, or redeems into, the asset owed. `flash_swap`: it is swapped for it. */
  readonly funding: "flash_redeem" | "flash_swap";
  readonly repay: Repayment;
  readonly seize: readonly Seizure[];
  /** The deposit unit to redeem at the pool first; null when what is seized is none. */
  readonly redeem: ResourceAddress | null;
  readonly swaps: readonly SwapHop[];
  /** Loan and fee, rounded up to what the asset can carry: exactly what goes back. */
  readonly flashRepayAmount: Decimal;
  /** What is left of the asset after that; less than `min` must fail the transaction. */
  readonly leftover: { readonly expected: Decimal; readonly min: Decimal };
  /** leftover.expected × price - fee. */
  readonly profitXrd: Decimal;
}

/** One NFT, paid for with debt and XRD out of what the account holds. */
export interface NftPlan {
  readonly kind: "plan";
  readonly funding: "nft";
  readonly payments: readonly Repayment[];
  readonly nft: { readonly resource: ResourceAddress; readonly id: string };
  readonly nftValueXrd: Decimal;
  /** For the borrower and the protocol, XRD. */
  readonly compensationXrd: Decimal;
  /** nftValueXrd - Σ payments.valueXrd - compensationXrd - fee. */
  readonly profitXrd: Decimal;
}

export type LiquidationPlan = InventoryPlan | FlashPlan | NftPlan;

/** Where the payment of a liquidation comes from. */
export type FundingKind = LiquidationPlan["funding"];

/** All that a plan takes out of the account besides the fee; what is borrowed by flash is not in it. */
export function spendOf(
  plan: LiquidationPlan,
  xrd: ResourceAddress,
): ReadonlyMap<ResourceAddress, Decimal> {
  if (plan.funding === "inventory") return new Map([[plan.repay.resource, plan.repay.amount]]);
  const spend = new Map<ResourceAddress, Decimal>();
  if (plan.funding !== "nft") return spend;
  for (const { resource, amount } of plan.payments) spend.set(resource, amount);
  const before = spend.get(xrd) ?? DECIMAL_ZERO;
  return spend.set(xrd, addDecimal(before, plan.compensationXrd));
}
