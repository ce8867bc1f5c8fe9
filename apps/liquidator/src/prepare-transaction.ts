import { createHash } from "node:crypto";
import { type LedgerHead, type LedgerHealth, type PreviewResult, tryPlans } from "@weft/ledger";
import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  formatDecimal,
  type LiquidationPlan,
  leastProfitXrd,
  type PlanSettings,
  planInputOf,
  planLiquidation,
  rankPlans,
  subDecimal,
} from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { describeHealth, type Treasury } from "./judge-position.ts";
import { unitPricesOf } from "./unit-prices.ts";

export interface PrepareTransactionDeps extends PlanSettings {
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
  ) => Promise<PreviewResult>;
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
 *   `inventory_short` (retry) when it cannot pay for any of the loans, while others may be paid; `funds_promised` (retry) when
 *   some of what is missing is only promised to others, and may come back: none is a fault of the CDP
 */
export async function prepareTransaction(
  request: PrepareTransactionRequest,
  deps: PrepareTransactionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  if (deps.account !== null) requireFee(request, deps);
  const input = planInputOf(request.health, request.treasury.amounts, deps);
  const planned = planLiquidation(input);
  if (planned.kind === "no_inventory") {
    const withPromised = planInputOf(request.health, promisedBesides(request), deps);
    const isPromised = planLiquidation(withPromised).kind !== "no_inventory";
    const message = `the account holds too little to repay ${planned.resource}`;
    throw isPromised ? fundsPromised(message) : retry("inventory_short", message);
  }
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
  return tryThem(rankPlans(input), request, deps, signal);
}

/** What the ledger says to the plans, the best first. */
async function tryThem(
  plans: readonly LiquidationPlan[],
  { cdpId, attempt, head, health }: PrepareTransactionRequest,
  deps: PrepareTransactionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  const epochs = {
    startEpochInclusive: head.epoch,
    endEpochExclusive: head.epoch + deps.epochWindow,
  };
  const tried = await tryPlans(
    plans,
    {
      composeManifest: (plan) => deps.composeManifest(plan, cdpId),
      preview: (manifest, previewSignal) => deps.preview(manifest, epochs, previewSignal),
    },
    signal,
  );
  if (tried?.kind !== "taken") {
    return { kind: "preview_failed", detail: tried?.errorMessage ?? "nothing to try" };
  }
  const { plan, manifest, feeXrd } = tried;
  const profitXrd = subDecimal(plan.profitXrd, feeXrd);
  const figures = `${describePlan(plan)}, fee ${formatDecimal(feeXrd)} XRD`;
  if (profitXrd < leastProfitXrd(deps)) return { kind: "unprofitable", detail: figures };
  if (deps.dryRun) return { kind: "dry_run", detail: figures };
  return {
    kind: "ready",
    ...epochs,
    manifest,
    nonce: nonceOf(cdpId, attempt),
    plan,
    pricesXrd: unitPricesOf(health, deps.xrd),
    account: deps.account ?? "",
  };
}

/** Without it every preview would fail, as though it were the CDP's fault. */
function requireFee(
  request: PrepareTransactionRequest,
  { xrd, feeLockXrd }: Pick<PrepareTransactionDeps, "xrd" | "feeLockXrd">,
): void {
  const free = request.treasury.amounts?.get(xrd) ?? DECIMAL_ZERO;
  if (free >= feeLockXrd) return;
  const figures = `${formatDecimal(free)} XRD, and ${formatDecimal(feeLockXrd)} are to be locked`;
  const message = `the account holds ${figures} for the fee`;
  const besides = promisedBesides(request)?.get(xrd) ?? DECIMAL_ZERO;
  throw besides >= feeLockXrd ? fundsPromised(message) : retry("treasury_short", message);
}

/** What there would be if nothing were promised to others. */
function promisedBesides({
  cdpId,
  treasury: { amounts, books },
}: PrepareTransactionRequest): ReadonlyMap<string, Decimal> | null {
  if (amounts === null) return null;
  const all = new Map(amounts);
  for (const hold of books?.holds ?? []) {
    if (hold.cdpId === cdpId) continue;
    for (const [resource, amount] of hold.amounts) {
      all.set(resource, addDecimal(all.get(resource) ?? DECIMAL_ZERO, amount));
    }
  }
  return all;
}

const retry = (code: string, message: string) =>
  new AppError(code, message, { disposition: "retry" });

const fundsPromised = (message: string) =>
  retry("funds_promised", `${message}, beside what is promised to other attempts`);

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
