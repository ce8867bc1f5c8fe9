import { createHash } from "node:crypto";
import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import {
  DECIMAL_ZERO,
  type Decimal,
  divDecimal,
  formatDecimal,
  type LiquidationPlan,
  planLiquidation,
  subDecimal,
} from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { describeHealth, type Treasury } from "./judge-position.ts";

export interface PrepareTransactionDeps {
  readonly assetDivisibility: (resource: string) => number;
  readonly protocolBonusShare: Decimal;
  readonly xrd: string;
  readonly feeLockXrd: Decimal;
  readonly minProfitXrd: Decimal;
  readonly maxSlippage: Decimal;
  readonly epochWindow: number;
  /** Null in a dry run without a key: then the plan is as far as it goes. */
  readonly account: string | null;
  readonly dryRun: boolean;
  readonly composeManifest: (plan: LiquidationPlan, cdpId: string) => string;
  /** Runs the exact manifest on the ledger without committing it. */
  readonly preview: (
    manifest: string,
    epochs: EpochRange,
    signal: AbortSignal,
  ) => Promise<
    | { readonly status: "Succeeded"; readonly feeXrd: Decimal }
    | { readonly status: "Failed" | "Rejected"; readonly errorMessage: string }
  >;
}

interface EpochRange {
  readonly startEpochInclusive: number;
  readonly endEpochExclusive: number;
}

export interface ReadyTransaction extends EpochRange {
  readonly kind: "ready";
  readonly manifest: string;
  readonly nonce: number;
  readonly plan: LiquidationPlan;
  readonly pricesXrd: Readonly<Record<string, string>>;
}

/** Either a transaction worth signing, or the ending that says why there is none. */
export type Preparation =
  | ReadyTransaction
  | { readonly kind: "unprofitable" | "dry_run" | "preview_failed"; readonly detail: string };

export interface PrepareTransactionRequest {
  readonly cdpId: string;
  readonly attempt: number;
  readonly head: LedgerHead;
  readonly health: LedgerHealth;
  readonly treasury: Treasury;
}

/**
 * Plans the liquidation of a CDP that is over the line, and tries the exact manifest by preview.
 * In which order the ledger seizes several collaterals is not published: a plan for several that fails is followed by the
 * best one for a single collateral, which does not depend on it.
 *
 * @throws {AppError} `treasury_short` (retry) when the account cannot pay for the fee, which no liquidation goes without;
 *   `inventory_short` (retry) when it cannot pay for any of the loans, while others may be paid: neither is a fault of the CDP
 */
export async function prepareTransaction(
  request: PrepareTransactionRequest,
  deps: PrepareTransactionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  if (deps.account !== null) requireFee(request.treasury, deps);
  const planned = plan(request, deps, "several");
  if (planned.kind === "no_inventory") throw inventoryShort(planned.resource);
  if (planned.kind === "unprofitable") {
    const best = formatDecimal(planned.bestProfitXrd);
    const detail = `best plan earns ${best} XRD; ${describeHealth(request.health)}`;
    return { kind: "unprofitable", detail };
  }
  if (deps.account === null) {
    return { kind: "dry_run", detail: `not previewed, no account; ${describePlan(planned)}` };
  }
  const tried = await tryPlan(planned, request, deps, signal);
  if (tried.kind !== "preview_failed" || planned.seize.length < 2) return tried;
  const single = plan(request, deps, "single");
  return single.kind === "plan" ? tryPlan(single, request, deps, signal) : tried;
}

async function tryPlan(
  planned: LiquidationPlan,
  { cdpId, attempt, head, health }: PrepareTransactionRequest,
  deps: PrepareTransactionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  const epochs = {
    startEpochInclusive: head.epoch,
    endEpochExclusive: head.epoch + deps.epochWindow,
  };
  const manifest = deps.composeManifest(planned, cdpId);
  const preview = await deps.preview(manifest, epochs, signal);
  if (preview.status !== "Succeeded") {
    return { kind: "preview_failed", detail: preview.errorMessage };
  }
  const profitXrd = subDecimal(planned.profitXrd, preview.feeXrd);
  const figures = `${describePlan(planned)}, fee ${formatDecimal(preview.feeXrd)} XRD`;
  if (profitXrd < deps.minProfitXrd) return { kind: "unprofitable", detail: figures };
  if (deps.dryRun) return { kind: "dry_run", detail: figures };
  return {
    kind: "ready",
    ...epochs,
    manifest,
    nonce: nonceOf(cdpId, attempt),
    plan: planned,
    pricesXrd: pricesOf(health),
  };
}

function plan(
  { health, treasury }: PrepareTransactionRequest,
  deps: PrepareTransactionDeps,
  seize: "several" | "single",
) {
  return planLiquidation({
    seize,
    health,
    assetDivisibility: deps.assetDivisibility,
    inventory: spendable(health, treasury, deps),
    protocolBonusShare: deps.protocolBonusShare,
    // The preview tells the fee exactly; until then the plan is judged without it.
    feeXrd: DECIMAL_ZERO,
    minProfitXrd: deps.minProfitXrd,
    slippage: deps.maxSlippage,
  });
}

/** Without it every preview would fail, as though it were the CDP's fault. */
function requireFee(
  { amounts }: Treasury,
  { xrd, feeLockXrd }: Pick<PrepareTransactionDeps, "xrd" | "feeLockXrd">,
): void {
  const held = amounts?.get(xrd) ?? DECIMAL_ZERO;
  if (held >= feeLockXrd) return;
  const figures = `${formatDecimal(held)} XRD, and ${formatDecimal(feeLockXrd)} are to be locked`;
  const message = `the account holds ${figures} for the fee`;
  throw new AppError("treasury_short", message, { disposition: "retry" });
}

function inventoryShort(resource: string): AppError {
  const message = `the account holds too little to repay ${resource}`;
  return new AppError("inventory_short", message, { disposition: "retry" });
}

/** What may be paid: the XRD that the fee lock needs is not spendable. Without an account, whatever the loans ask. */
function spendable(
  health: LedgerHealth,
  { amounts }: Treasury,
  { xrd, feeLockXrd }: PrepareTransactionDeps,
): ReadonlyMap<string, Decimal> {
  if (amounts === null) return new Map(health.loans.map((loan) => [loan.resource, loan.amount]));
  const held = amounts.get(xrd) ?? DECIMAL_ZERO;
  const rest = held > feeLockXrd ? subDecimal(held, feeLockXrd) : DECIMAL_ZERO;
  return new Map([...amounts, [xrd, rest]]);
}

/** Value of one unit of each loan and collateral, so that what is paid and seized can be valued afterwards. */
function pricesOf(health: LedgerHealth): Record<string, string> {
  const prices: Record<string, string> = {};
  for (const loan of health.loans) prices[loan.resource] = formatDecimal(loan.price);
  for (const { resource, value, amount } of health.collaterals) {
    if (amount > 0n) prices[resource] = formatDecimal(divDecimal(value, amount));
  }
  return prices;
}

function describePlan({ repay, profitXrd }: LiquidationPlan): string {
  return `repay ${formatDecimal(repay.amount)} of ${repay.resource} for ${formatDecimal(profitXrd)} XRD before fees`;
}

/**
 * The intent discriminator of an attempt, 32 bits as the header's nonce: no two attempts sign the same intent, even when
 * they repay the same amount in the same epoch.
 */
export function nonceOf(cdpId: string, attempt: number): number {
  return createHash("sha256").update(`${cdpId}/${attempt}`).digest().readUInt32BE(0);
}
