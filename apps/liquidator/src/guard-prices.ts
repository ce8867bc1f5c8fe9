import {
  type LedgerHealth,
  pricesUsed,
  type ReadReferencePrices,
  referencesOrNone,
} from "@weft/ledger";
import {
  formatDecimal,
  judgeTipPrice,
  type PriceDecision,
  type PriceLimits,
  type ResourceAddress,
} from "@weft/protocol";
import { createRecent, type Recent } from "@weft/runtime";
import type { PriceGuardStore } from "@weft/store";

export interface GuardPricesDeps {
  readonly readStates: PriceGuardStore["read"];
  /** Null where there is no reference source. */
  readonly readReferences: ReadReferencePrices | null;
  readonly onReferenceFailure: (error: unknown) => void;
  readonly limits: PriceLimits;
  readonly xrd: ResourceAddress;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
}

/**
 * The first price behind the ledger's word that is not believed, with its numbers; undefined when all are.
 *
 * @throws {AppError} `state_table_failed` (retry) when it cannot be told
 */
export type FindSuspectPrice = (
  health: LedgerHealth,
  signal: AbortSignal,
) => Promise<string | undefined>;

type States = Awaited<ReturnType<PriceGuardStore["read"]>>;

/** What was read serves every executor for so long: long enough for a burst, short against a run. */
const KEPT_MS = 3_000;

/**
 * Holds the prices that the ledger judged a CDP with against what the indexers' guard has accepted, and against the
 * reference. It writes nothing: a price that nobody has seen before is believed within the limits, or not at all.
 */
export function createPriceCheck(deps: GuardPricesDeps): FindSuspectPrice {
  const { nowMs } = deps;
  const references = createRecent({
    read: (signal) => referencesOrNone(deps.readReferences, deps.onReferenceFailure, signal),
    maxAgeMs: KEPT_MS,
    nowMs,
  });
  const statesByAssets = new Map<string, Recent<States>>();
  const statesOf = (assets: readonly ResourceAddress[]) => {
    const key = assets.join();
    const read = (signal: AbortSignal) => deps.readStates(assets, signal);
    const states = statesByAssets.get(key) ?? createRecent({ read, maxAgeMs: KEPT_MS, nowMs });
    statesByAssets.set(key, states);
    return states;
  };
  return async (health, signal) => {
    const used = pricesUsed(health, deps.xrd);
    if (used.length === 0) return undefined;
    const assets = [...new Set(used.map(({ asset }) => asset))].sort();
    const states = statesOf(assets);
    const known = await references.read();
    const find = (memory: States) => {
      for (const { asset, price } of used) {
        const stored = memory.get(asset);
        const decision: PriceDecision =
          stored === undefined || "unreadable" in stored
            ? { kind: "suspect", reason: "guard_unreadable", price, base: null }
            : judgeTipPrice({
                price,
                state: stored.state,
                reference: known.get(asset)?.price ?? null,
                limits: deps.limits,
              });
        if (decision.kind === "suspect") return describe(asset, decision);
      }
      return undefined;
    };
    const doubt = find(await states.read());
    signal.throwIfAborted();
    // An indexer may have come to believe it a moment ago.
    return doubt === undefined ? undefined : find(await states.readAnew());
  };
}

function describe(
  asset: ResourceAddress,
  { reason, price, base }: Extract<PriceDecision, { kind: "suspect" }>,
): string {
  const numbers = price === null ? "no price" : `${formatDecimal(price)} XRD`;
  const against = base === null ? "" : ` against ${formatDecimal(base)}`;
  return `${reason}: ${numbers}${against} for ${asset}`;
}
