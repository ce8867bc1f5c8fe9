import { createHash } from "node:crypto";
import type { IndexBatch } from "@weft/messages";
import {
  compareHealth,
  formatDecimal,
  type HealthComparison,
  isLiquidatable,
  type Market,
  pendingInterest,
  type ScreenLines,
  type ValuedHealth,
} from "@weft/protocol";
import type { CdpFinding, Suspect } from "./cdp-finding.ts";
import type { ValueCdps } from "./share-previews.ts";

/** What asking the ledger about a CDP that nothing speaks against came to. */
export type ControlEnd = HealthComparison | "unanswered";

/** One control, and how it ended. */
export interface ControlEvent {
  readonly end: ControlEnd;
  readonly id: string;
  /** Why there is no answer; else the two loan-to-values. */
  readonly detail: string;
}

export interface CheckControlDeps {
  readonly valueCdps: ValueCdps;
  readonly observeControl: (event: ControlEvent) => void;
  readonly lines: Pick<ScreenLines, "confirmFrom">;
}

type Control = Suspect & { readonly health: ValuedHealth };

/**
 * Puts one CDP of the batch that is healthy by our own count to the ledger too. Only what we believe near the line is asked
 * about, so a belief that is wrong in favour of borrowers, about a threshold say, would show in nothing else.
 *
 * A control that gets no answer costs the batch nothing.
 *
 * @returns the control when the ledger finds it over the line: to be confirmed like any suspect
 */
export async function checkControl(
  {
    screened,
    market,
  }: { readonly screened: readonly (CdpFinding | Suspect)[]; readonly market: Market },
  batch: IndexBatch,
  { valueCdps, observeControl, lines }: CheckControlDeps,
  signal: AbortSignal,
): Promise<Suspect | undefined> {
  const control = drawControl(screened, batch);
  if (control === undefined) return undefined;
  const { id, health } = control;
  const unanswered = (detail: string) => observeControl({ end: "unanswered", id, detail });
  try {
    const ledger = (await valueCdps([id], signal)).get(id);
    if (ledger === undefined || "unreadable" in ledger) {
      unanswered(ledger?.unreadable ?? "the ledger did not tell of it");
      return undefined;
    }
    const beliefs = { confirmFrom: lines.confirmFrom, pending: pendingInterest(market) };
    const detail = `${formatDecimal(health.liquidationLtv)} by our count, ${formatDecimal(ledger.liquidationLtv)} by the ledger's`;
    observeControl({ end: compareHealth(health, ledger, beliefs), id, detail });
    return isLiquidatable(ledger.liquidationLtv) ? control : undefined;
  } catch (error) {
    signal.throwIfAborted();
    unanswered((error as Error).message);
    return undefined;
  }
}

/** Drawn by the batch's name: its second delivery asks about the same one, the next run about another. */
function drawControl(
  screened: readonly (CdpFinding | Suspect)[],
  { runId, batchIndex }: IndexBatch,
): Control | undefined {
  const healthy = screened.flatMap((one): Control[] => {
    if (one.kind !== "scanned" || one.verdict !== "healthy") return [];
    const { id, cdp, health } = one;
    return health.kind === "valued" ? [{ kind: "suspect", id, cdp, health }] : [];
  });
  if (healthy.length === 0) return undefined;
  const drawn = createHash("sha256").update(`${runId}#${batchIndex}`).digest().readUInt32BE();
  return healthy[drawn % healthy.length];
}
