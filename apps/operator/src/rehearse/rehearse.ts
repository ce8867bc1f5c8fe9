import type {
  Balances,
  CdpRead,
  LedgerHead,
  LedgerHealth,
  LedgerValuation,
  PreviewResult,
} from "@weft/ledger";
import { type TriedPlan, tryPlans } from "@weft/ledger";
import {
  type Cdp,
  type Decimal,
  formatDecimal,
  type LiquidationPlan,
  leastProfitXrd,
  type PlanSettings,
  spendableOf,
  subDecimal,
} from "@weft/protocol";
import { inParallel } from "@weft/runtime";
import { type ProofOf, type TryPaymentsDeps, tryPayments } from "./payments.ts";
import { type PlannedPosition, planPosition } from "./plan-position.ts";
import { sumNeeds, type TreasuryNeed } from "./treasury-needs.ts";
import type { Verdict } from "./verdicts.ts";

/** Reads and previews: there is nothing here to sign or send with. */
export interface RehearseDeps {
  readonly settings: PlanSettings;
  readonly badDebtCollateralXrd: Decimal;
  readonly readHead: (signal: AbortSignal) => Promise<LedgerHead>;
  /** Ids ever minted up to the head, in mint order. */
  readonly readIds: (head: LedgerHead, signal: AbortSignal) => Promise<readonly string[]>;
  readonly readCdps: (
    ids: readonly string[],
    head: LedgerHead,
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, CdpRead>>;
  /** The ledger's own word on each, in as few requests as it takes. */
  readonly valueAll: (
    ids: readonly string[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, LedgerValuation>>;
  /** Null where no account is known. */
  readonly account: RehearsalAccount | null;
  /** What tells prices that are not believed, for these positions. */
  readonly openPriceGuard: (
    healths: readonly LedgerHealth[],
    signal: AbortSignal,
  ) => Promise<PriceGuardView>;
}

export interface RehearsalAccount {
  readonly parties: TryPaymentsDeps["parties"];
  readonly readBalances: (signal: AbortSignal) => Promise<Balances>;
  readonly composeManifest: (plan: LiquidationPlan, cdpId: string) => string;
  readonly preview: (
    manifest: string,
    head: LedgerHead,
    signal: AbortSignal,
  ) => Promise<PreviewResult>;
}

export interface PriceGuardView {
  /** What of the guard was asked, in a sentence. */
  readonly asked: string;
  readonly findDoubt: (health: LedgerHealth) => string | undefined;
}

/** The rehearsal of one CDP that owes something. */
export interface RehearsedPosition {
  readonly cdpId: string;
  readonly verdict: Verdict;
  readonly detail: string;
  /** As the ledger has it, not as if; null when it has no word on it. */
  readonly health: LedgerHealth | null;
  /** The one that was tried last, or would be tried first. */
  readonly plan: LiquidationPlan | null;
  readonly feeXrd: Decimal | null;
  readonly need: ReadonlyMap<string, Decimal>;
}

export interface Rehearsal {
  readonly head: LedgerHead;
  readonly counts: {
    readonly minted: number;
    readonly burned: number;
    readonly withoutDebt: number;
    readonly owing: number;
  };
  readonly priceGuard: string;
  readonly hasAccount: boolean;
  /** In mint order. */
  readonly positions: readonly RehearsedPosition[];
  readonly needs: readonly TreasuryNeed[];
}

/**
 * Plans and previews a liquidation of every CDP that owes something, as if it were under water.
 *
 * @param limit so many of those that owe something at the most, the oldest first
 */
export async function rehearse(
  { limit }: { readonly limit: number | null },
  deps: RehearseDeps,
  signal: AbortSignal,
): Promise<Rehearsal> {
  const { settings, account } = deps;
  const head = await deps.readHead(signal);
  const reads = await deps.readCdps(await deps.readIds(head, signal), head, signal);
  const owing = [...reads].filter(([, read]) => read.kind === "undecodable" || owes(read));
  const chosen = limit === null ? owing : owing.slice(0, limit);
  const readable = chosen.filter(([, { kind }]) => kind === "live").map(([id]) => id);
  const held = account === null ? null : (await account.readBalances(signal)).amounts;
  const valuations = await deps.valueAll(readable, signal);
  const healths = [...valuations.values()].flatMap((found) =>
    "unreadable" in found ? [] : [found],
  );
  const priceGuard = await deps.openPriceGuard(healths, signal);
  const planDeps = { ...deps, held, findDoubt: priceGuard.findDoubt };
  const spendable = held === null ? null : spendableOf(held, settings);
  const planned = chosen.map(([cdpId, read]) => {
    if (read.kind === "undecodable") return notPlanned(cdpId, "undecodable", read.reason);
    const found = valuations.get(cdpId) ?? { unreadable: "the ledger was not asked" };
    return "unreadable" in found
      ? notPlanned(cdpId, "unpriced", found.unreadable)
      : { cdpId, health: found, position: planPosition(found, planDeps) };
  });
  const proofOf = await provePayments(planned, { head, account, spendable }, signal);
  const positions = await inParallel(
    planned.map((one) => (s: AbortSignal) => finish(one, { head, proofOf, deps }, s)),
    signal,
  );
  const burned = [...reads.values()].filter(({ kind }) => kind === "burned").length;
  return {
    head,
    counts: {
      minted: reads.size,
      burned,
      withoutDebt: reads.size - burned - owing.length,
      owing: owing.length,
    },
    priceGuard: priceGuard.asked,
    hasAccount: account !== null,
    positions,
    needs: sumNeeds(positions, spendable),
  };
}

const owes = (read: CdpRead): boolean => read.kind === "live" && hasDebt(read.cdp);
const hasDebt = ({ loans }: Cdp): boolean => [...loans.values()].some(({ units }) => units > 0n);

interface Planned {
  readonly cdpId: string;
  readonly health: LedgerHealth | null;
  readonly position: PlannedPosition;
}

function notPlanned(cdpId: string, verdict: Verdict, detail: string): Planned {
  const position = { need: new Map(), isOverLine: false, verdict, detail };
  return { cdpId, health: null, position };
}

/** Only CDPs within their line need it: of the others the ledger tries the whole. */
async function provePayments(
  planned: readonly Planned[],
  {
    head,
    account,
    spendable,
  }: {
    readonly head: LedgerHead;
    readonly account: RehearsalAccount | null;
    readonly spendable: ReadonlyMap<string, Decimal> | null;
  },
  signal: AbortSignal,
): Promise<ProofOf> {
  if (account === null || spendable === null) return () => "unproven";
  const plans = planned.flatMap(({ position }) =>
    "plans" in position && !position.isOverLine ? [position.plans[0]] : [],
  );
  const previewError = async (manifest: string, s: AbortSignal) => {
    const preview = await account.preview(manifest, head, s);
    return preview.status === "Succeeded" ? null : preview.errorMessage;
  };
  return tryPayments(plans, { parties: account.parties, spendable, previewError }, signal);
}

async function finish(
  { cdpId, health, position }: Planned,
  {
    head,
    proofOf,
    deps,
  }: { readonly head: LedgerHead; readonly proofOf: ProofOf; readonly deps: RehearseDeps },
  signal: AbortSignal,
): Promise<RehearsedPosition> {
  const { need, isOverLine } = position;
  const known = { cdpId, health, need };
  if (!("plans" in position)) {
    const { verdict, detail } = position;
    return { ...known, verdict, detail, plan: null, feeXrd: null };
  }
  const [best] = position.plans;
  const { account, settings } = deps;
  if (account === null) {
    return { ...known, verdict: "planned", detail: "no account", plan: best, feeXrd: null };
  }
  const tried = await tryPlans(
    // The market refuses a CDP within its line whichever plan it is shown.
    isOverLine ? position.plans : [best],
    {
      composeManifest: (plan) => account.composeManifest(plan, cdpId),
      preview: (manifest, s) => account.preview(manifest, head, s),
    },
    signal,
  );
  return { ...known, ...judge(tried, { isOverLine, proofOf, settings }) };
}

function judge(
  tried: TriedPlan | undefined,
  {
    isOverLine,
    proofOf,
    settings,
  }: {
    readonly isOverLine: boolean;
    readonly proofOf: ProofOf;
    readonly settings: PlanSettings;
  },
): Pick<RehearsedPosition, "verdict" | "detail" | "plan" | "feeXrd"> {
  if (tried === undefined) throw new Error("a position without a plan cannot be tried");
  const { plan } = tried;
  if (tried.kind === "taken") {
    const { feeXrd } = tried;
    const profitXrd = subDecimal(plan.profitXrd, feeXrd);
    const detail = `${formatDecimal(profitXrd)} XRD after its fee of ${formatDecimal(feeXrd)} XRD`;
    const verdict = profitXrd < leastProfitXrd(settings) ? "unprofitable" : "would_liquidate";
    return { verdict, detail, plan, feeXrd };
  }
  const refusal = { plan, feeXrd: null, detail: tried.errorMessage };
  if (isOverLine) return { ...refusal, verdict: "preview_failed" };
  const proof = proofOf(plan);
  if (proof === "proven") return { ...refusal, verdict: "refused_healthy" };
  if (proof === "unproven") return { ...refusal, verdict: "refused_unproven" };
  return { ...refusal, verdict: "payment_failed", detail: proof.failed };
}
