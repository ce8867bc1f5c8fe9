import type { Decimal, LiquidationPlan } from "@weft/protocol";
import type { PreviewResult } from "../transaction/preview.ts";

/** How many ways to pay are tried by preview before a CDP is given up for now. */
const MOST_PREVIEWS = 3;

/** What the ledger says to a plan's very transaction. */
export type TriedPlan =
  | {
      readonly kind: "taken";
      readonly plan: LiquidationPlan;
      readonly manifest: string;
      readonly feeXrd: Decimal;
    }
  | { readonly kind: "refused"; readonly plan: LiquidationPlan; readonly errorMessage: string };

/**
 * The first plan that the ledger takes, three previews at most; of those it does not take, the last one's words.
 * Undefined when there is no plan.
 */
export async function tryPlans(
  plans: readonly LiquidationPlan[],
  deps: {
    readonly composeManifest: (plan: LiquidationPlan) => string;
    readonly preview: (manifest: string, signal: AbortSignal) => Promise<PreviewResult>;
  },
  signal: AbortSignal,
): Promise<TriedPlan | undefined> {
  let tried: TriedPlan | undefined;
  for (const plan of plans.slice(0, MOST_PREVIEWS)) {
    const manifest = deps.composeManifest(plan);
    const preview = await deps.preview(manifest, signal);
    if (preview.status === "Succeeded") {
      return { kind: "taken", plan, manifest, feeXrd: preview.feeXrd };
    }
    tried = { kind: "refused", plan, errorMessage: preview.errorMessage };
  }
  return tried;
}
