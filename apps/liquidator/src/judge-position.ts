import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import { type Decimal, formatDecimal, isBadDebt, isLiquidatable } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { TreasuryBooks } from "@weft/store";
import type { FindSuspectPrice } from "./guard-prices.ts";

/** What the account can pay with; null when there is no account (dry run without a key). */
export interface Treasury {
  readonly head: LedgerHead;
  readonly amounts: ReadonlyMap<string, Decimal> | null;
  /** What is promised of it, read before it; absent where nothing is ever signed. */
  readonly books?: TreasuryBooks | undefined;
}

export interface JudgePositionDeps {
  /** The head, and what the account holds there: of a moment ago, but not before what is known. */
  readonly readTreasury: (knownVersion: bigint, signal: AbortSignal) => Promise<Treasury>;
  /** @throws {AppError} `stale_head` */
  readonly assertFresh: (head: LedgerHead, signal: AbortSignal) => Promise<void>;
  /** `get_cdp` at the tip, or the reason why the ledger could not say. */
  readonly readHealth: (
    cdpId: string,
    signal: AbortSignal,
  ) => Promise<LedgerHealth | { readonly unreadable: string }>;
  /** Whether the CDP is there at all. */
  readonly readPresence: (
    cdpId: string,
    head: LedgerHead,
    signal: AbortSignal,
  ) => Promise<"live" | "burned" | "unknown" | "undecodable">;
  /** The first price behind the ledger's word that is not believed, with its numbers. */
  readonly findSuspectPrice: FindSuspectPrice;
  readonly badDebtCollateralXrd: Decimal;
}

export interface JudgePositionRequest {
  readonly cdpId: string;
  /** The newest state version that is known of: an older head is a replica that lags. */
  readonly knownVersion: bigint;
}

export type Judgement = { readonly head: LedgerHead } & (
  | { readonly kind: "liquidatable"; readonly health: LedgerHealth; readonly treasury: Treasury }
  | { readonly kind: "healthy"; readonly health: LedgerHealth }
  | { readonly kind: "bad_debt"; readonly health: LedgerHealth }
  | { readonly kind: "price_suspect"; readonly health: LedgerHealth; readonly detail: string }
  | { readonly kind: "gone"; readonly detail: string }
);

/**
 * Reads a CDP again at the ledger's head and says what it is now.
 * The candidate's own figures are never used: they are minutes old, and the message may have been told twice.
 *
 * @throws {AppError} `stale_head` (retry); `head_behind` (retry) when the head is older than what is known already, such as
 *   our own last commit; `cdp_unreadable` (retry) when the ledger cannot value a CDP that is there
 */
export async function judgePosition(
  { cdpId, knownVersion }: JudgePositionRequest,
  deps: JudgePositionDeps,
  signal: AbortSignal,
): Promise<Judgement> {
  const treasury = await deps.readTreasury(knownVersion, signal);
  const { head } = treasury;
  await deps.assertFresh(head, signal);
  if (head.stateVersion < knownVersion) throw headBehind(head, knownVersion);
  const health = await deps.readHealth(cdpId, signal);
  if ("unreadable" in health) {
    const presence = await deps.readPresence(cdpId, head, signal);
    if (presence === "burned") return { kind: "gone", head, detail: "the CDP is burned" };
    if (presence === "unknown") return { kind: "gone", head, detail: "there is no such CDP" };
    throw new AppError("cdp_unreadable", `get_cdp of ${cdpId} failed: ${health.unreadable}`, {
      disposition: "retry",
    });
  }
  // Whatever the verdict, it is made of these prices; where nothing is owed it is made of none.
  const suspect = health.loanValue > 0n ? await deps.findSuspectPrice(health, signal) : undefined;
  if (suspect !== undefined) return { kind: "price_suspect", head, health, detail: suspect };
  if (!isLiquidatable(health.liquidationLtv)) return { kind: "healthy", head, health };
  if (isBadDebt(health, deps.badDebtCollateralXrd)) return { kind: "bad_debt", head, health };
  return { kind: "liquidatable", head, health, treasury };
}

function headBehind({ stateVersion }: LedgerHead, knownVersion: bigint): AppError {
  const message = `the head is at state version ${stateVersion}, but ${knownVersion} is known`;
  return new AppError("head_behind", message, { disposition: "retry" });
}

/** The numbers of a judgement in one sentence. */
export function describeHealth(health: LedgerHealth): string {
  const ltv = formatDecimal(health.liquidationLtv);
  return `liquidation_ltv ${ltv}, loans ${formatDecimal(health.loanValue)} XRD, collateral ${formatDecimal(health.collateralValue)} XRD`;
}
