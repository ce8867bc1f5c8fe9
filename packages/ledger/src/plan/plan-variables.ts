import { type Decimal, parseDecimal, type SwapPool } from "@weft/protocol";
import { z } from "zod";

const decimal = z.string().regex(/^\d+(\.\d{1,18})?$/, "a decimal such as 0.1");
const aboveZero = decimal.refine((text) => /[1-9]/.test(text), "must be above 0");
const fraction = z.string().regex(/^(0(\.\d{1,18})?|1(\.0{1,18})?)$/, "a decimal from 0 to 1");
const SWAP_POOL = /^(component_[a-z0-9_]+)=(resource_[a-z0-9_]+)\/(resource_[a-z0-9_]+)$/;
const swapPools = z.string().transform((text, context) => {
  const parts = text.split(",").map((part) => part.trim());
  return parts.flatMap((part): readonly SwapPool[] => {
    const [, component, one, other] = SWAP_POOL.exec(part) ?? [];
    if (component !== undefined && one !== undefined && other !== undefined) {
      return [{ component, pair: [one, other] }];
    }
    context.addIssue(`must be component=resource/resource, separated by commas, not "${part}"`);
    return [];
  });
});
const AMOUNT = /^(resource_[a-z0-9_]+)=(\d+(?:\.\d{1,18})?)$/;
const amounts = z.string().transform((text, context) => {
  const kept = new Map<string, Decimal>();
  for (const part of text.split(",").map((one) => one.trim())) {
    const [, resource, amount] = AMOUNT.exec(part) ?? [];
    if (resource === undefined || amount === undefined) {
      context.addIssue(`must be resource=amount, separated by commas, not "${part}"`);
    } else kept.set(resource, parseDecimal(amount));
  }
  return kept as ReadonlyMap<string, Decimal>;
});

/** What the programs that plan liquidations are told about them. Why these numbers: docs/liquidation.md. */
export const planVariables = {
  /** What must remain after fees, XRD. */
  MIN_PROFIT_XRD: decimal.default("0.1"),
  /** What `lock_fee` locks, XRD: an upper bound of the fee, the rest returns. */
  FEE_LOCK_XRD: aboveZero.default("10"),
  /** How far under the expectation a seizure may fall before the ledger is told to fail, as a fraction. */
  MAX_SLIPPAGE: fraction.default("0.01"),
  /** What a liquidation may lose to protect the protocol, XRD; above 0, `MIN_PROFIT_XRD` does not count. */
  ALLOW_LOSS_XRD: decimal.default("0"),
  /** No payment leaves a loan worth less than this, XRD, unless it leaves none. */
  LOAN_DUST_XRD: decimal.default("1"),
  /** What has to stay in the account, as `resource=amount` separated by commas. */
  INVENTORY_KEEP: amounts.default(new Map()),
  /** Whether the pool's flash loans may pay for a liquidation. */
  FLASH_LOANS: z.stringbool().default(true),
  /** Pools that swap what is seized for what is owed, as `component=resource/resource` separated by commas. */
  SWAP_POOLS: swapPools.default([]),
  /** Part of the value that a swap may cost, as a fraction: planned with as though it did. */
  MAX_SWAP_LOSS: fraction.default("0.02"),
  /** Collateral worth no more than this is nothing: the debt is bad, XRD. */
  BAD_DEBT_COLLATERAL_XRD: decimal.default("1"),
};

/** Those variables, read. */
export type PlanConfig = z.output<z.ZodObject<typeof planVariables>>;
