import { type LedgerHealth, pricesUsed } from "@weft/ledger";
import { formatDecimal, judgeTipPrice, type PriceLimits, UNSEEN } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { PriceGuardStore } from "@weft/store";
import type { PriceGuardView } from "./rehearse.ts";

export interface PriceGuardDeps {
  /** Null where no state table is named. */
  readonly readStates: PriceGuardStore["read"] | null;
  readonly limits: PriceLimits;
  readonly xrd: string;
}

/**
 * What the indexers' guard believes of the prices behind these healths. Where it cannot be asked, prices are taken as the
 * ledger has them, and the answer says so; a price of zero is never believed.
 */
export async function openPriceGuard(
  healths: readonly LedgerHealth[],
  { readStates, limits, xrd }: PriceGuardDeps,
  signal: AbortSignal,
): Promise<PriceGuardView> {
  const assets = new Set(healths.flatMap((health) => pricesUsed(health, xrd)).map((p) => p.asset));
  const stored = await readStored([...assets].sort(), readStates, signal);
  return {
    asked: stored.asked,
    findDoubt: (health) => {
      for (const { asset, price } of pricesUsed(health, xrd)) {
        const doubt = doubtOf(asset);
        if (price <= 0n) return `zero: ${asset}`;
        if (doubt !== undefined) return doubt(price);
      }
      return undefined;
    },
  };

  function doubtOf(asset: string) {
    if (stored.states === null) return undefined;
    const memory = stored.states.get(asset);
    if (memory !== undefined && "unreadable" in memory) return () => `guard_unreadable: ${asset}`;
    const state = memory?.state ?? UNSEEN;
    return (price: Parameters<typeof judgeTipPrice>[0]["price"]) => {
      const decision = judgeTipPrice({ price, state, reference: null, limits });
      if (decision.kind !== "suspect") return undefined;
      const base = decision.base === null ? "" : ` against ${formatDecimal(decision.base)}`;
      return `${decision.reason}: ${formatDecimal(price)} XRD${base} for ${asset}`;
    };
  }
}

async function readStored(
  assets: readonly string[],
  readStates: PriceGuardDeps["readStates"],
  signal: AbortSignal,
) {
  const unasked = (why: string) => ({ states: null, asked: `not asked, ${why}` });
  if (readStates === null) return unasked("no state table is named (STATE_TABLE)");
  try {
    const states = await readStates(assets, signal);
    return { states, asked: `asked about ${assets.length} assets` };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const because = error.cause instanceof Error ? ` (${error.cause.message})` : "";
    return unasked(`${error.message}${because}`);
  }
}
