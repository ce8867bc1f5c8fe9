import type { Decimal, LiquidationPlan } from "@weft/protocol";
import { flashLiquidationManifest } from "./flash-manifest.ts";
import { inventoryLiquidationManifest } from "./manifests.ts";
import { nftLiquidationManifest } from "./nft-manifest.ts";

/** Who takes part in a liquidation. */
export interface LiquidationParties {
  /** Pays the fee and what is not borrowed, takes what comes. */
  readonly account: string;
  readonly lendingMarket: string;
  readonly lendingPool: string;
  /** Resource of the pool's flash-loan terms. */
  readonly transientResource: string;
  readonly xrd: string;
  /** `#12#`. */
  readonly cdpId: string;
  /** Locked for the fee, above zero; what is not used comes back. */
  readonly feeLockXrd: Decimal;
}

/**
 * The transaction of a plan, as manifest text, by the way it is paid for. Each holds an assertion on the worktop, so that
 * what turns out worse than planned fails and costs its fee alone.
 *
 * @throws {AppError} `manifest_invalid` (park) on an address, id or amount that cannot be one, and when nothing is taken
 */
export function liquidationManifest(plan: LiquidationPlan, parties: LiquidationParties): string {
  switch (plan.funding) {
    case "inventory":
      return inventoryLiquidationManifest({ ...parties, payment: plan.repay, seize: plan.seize });
    case "flash_redeem":
    case "flash_swap":
      return flashLiquidationManifest(plan, parties);
    case "nft":
      return nftLiquidationManifest(plan, parties);
  }
}
