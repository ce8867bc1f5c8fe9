import { createHash } from "node:crypto";
import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  formatDecimal,
  type LiquidationPlan,
  type PlanInput,
  planLiquidation,
  rankPlans,
  subDecimal,
} from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { describeHealth, type Treasury } from "./judge-position.ts";
import { unitPricesOf } from "./unit-prices.ts";

export interface PrepareTransactionDeps {
  readonly assetDivisibility: (resource: string) => number;
  readonly protocolBonusShare: Decimal;
  readonly xrd: string;
  readonly feeLockXrd: Decimal;
  readonly minProfitXrd: Decimal;
  /** What a liquidation may lose to protect the protocol; above zero, the least profit does not count. */
  readonly allowedLossXrd: Decimal;
  /** A payment leaves a loan worth this much or more, or none. */
  readonly dustXrd: Decimal;
  /** What has to stay in the account, by resource. */
  readonly keep: ReadonlyMap<string, Decimal>;
  readonly maxSlippage: Decimal;
  /**
   * Flash loans and switches as they are now.
   *
   * @throws {AppError} `terms_stale` (retry) when they have not been read for too long
   */
  readonly terms: () => Pick<PlanInput, "flash" | "services">;
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
  readonly account: string;
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
 * What the ledger refuses is followed by the best plan of another kind: another way to pay, or a single collateral in place
 * of several, since in which order several are seized is not published.
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
  const input = planInput(request, deps);
  const planned = planLiquidation(input);
  if (planned.kind === "no_inventory") throw inventoryShort(planned.resource);
  if (planned.kind !== "plan") {
    const best = formatDecimal(planned.bestProfitXrd);
    const why =
      planned.kind === "switched_off"
        ? "the market has switched off what would earn"
        : "best plan earns";
    return {
      kind: "unprofitable",
      detail: `${why} ${best} XRD; ${describeHealth(request.health)}`,
    };
  }
  if (deps.account === null) {
    return { kind: "dry_run", detail: `not previewed, no account; ${describePlan(planned)}` };
  }
  return tryPlans(rankPlans(input), request, deps, signal);
}

/** How many ways to pay are tried by preview before a CDP is given up for now. */
const MOST_PREVIEWS = 3;

/** The first that the ledger takes; of those it does not take, the last one's words. */
async function tryPlans(
  plans: readonly LiquidationPlan[],
  request: PrepareTransactionRequest,
  deps: PrepareTransactionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  let tried: Preparation = { kind: "preview_failed", detail: "nothing to try" };
  for (const plan of plans.slice(0, MOST_PREVIEWS)) {
    tried = await tryPlan(plan, request, deps, signal);
    if (tried.kind !== "preview_failed") return tried;
  }
  return tried;
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
  if (profitXrd < leastProfitXrd(deps)) return { kind: "unprofitable", detail: figures };
  if (deps.dryRun) return { kind: "dry_run", detail: figures };
  return {
    kind: "ready",
    ...epochs,
    manifest,
    nonce: nonceOf(cdpId, attempt),
    plan: planned,
    pricesXrd: unitPricesOf(health, deps.xrd),
    account: deps.account ?? "",
  };
}

function planInput(
  { health, treasury }: PrepareTransactionRequest,
  deps: PrepareTransactionDeps,
): PlanInput {
  return {
    ...deps.terms(),
    health,
    assetDivisibility: deps.assetDivisibility,
    inventory: spendable(health, treasury, deps),
    xrd: deps.xrd,
    protocolBonusShare: deps.protocolBonusShare,
    // The preview tells the fee exactly; until then the plan is judged without it, and guarded against the dearest.
    feeXrd: DECIMAL_ZERO,
    guardFeeXrd: deps.feeLockXrd,
    minProfitXrd: deps.minProfitXrd,
    allowedLossXrd: deps.allowedLossXrd,
    dustXrd: deps.dustXrd,
    slippage: deps.maxSlippage,
  };
}

function leastProfitXrd({
  minProfitXrd,
  allowedLossXrd,
}: Pick<PrepareTransactionDeps, "minProfitXrd" | "allowedLossXrd">): Decimal {
  return allowedLossXrd > 0n ? subDecimal(DECIMAL_ZERO, allowedLossXrd) : minProfitXrd;
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

/** What may be paid: what has to stay, and the XRD that the fee lock needs, is not spendable. Without an account, whatever the loans ask. */
function spendable(
  health: LedgerHealth,
  { amounts }: Treasury,
  { xrd, feeLockXrd, keep }: PrepareTransactionDeps,
): ReadonlyMap<string, Decimal> {
  if (amounts === null) {
    const wished = health.loans.map((loan) => [loan.resource, loan.amount] as const);
    return new Map([[xrd, health.collateralValue], ...wished]);
  }
  return new Map(
    Array.from(amounts, ([resource, held]) => {
      const kept = keep.get(resource) ?? DECIMAL_ZERO;
      const needed = resource === xrd ? addDecimal(kept, feeLockXrd) : kept;
      return [resource, held > needed ? subDecimal(held, needed) : DECIMAL_ZERO];
    }),
  );
}

function describePlan(plan: LiquidationPlan): string {
  const profit = `for ${formatDecimal(plan.profitXrd)} XRD before fees`;
  if (plan.funding === "nft") return `take ${plan.nft.id} of ${plan.nft.resource} ${profit}`;
  const { amount, resource } = plan.repay;
  const how = plan.funding === "inventory" ? "" : ` by ${plan.funding}`;
  return `repay ${formatDecimal(amount)} of ${resource}${how} ${profit}`;
}

/**
 * The intent discriminator of an attempt, 32 bits as the header's nonce: no two attempts sign the same intent, even when
 * they repay the same amount in the same epoch.
 */
export function nonceOf(cdpId: string, attempt: number): number {
  return createHash("sha256").update(`${cdpId}/${attempt}`).digest().readUInt32BE(0);
}
