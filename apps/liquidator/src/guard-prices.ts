import { type LedgerHealth, pricesUsed, type ReadReferencePrices } from "@weft/ledger";
import {
  formatDecimal,
  judgeTipPrice,
  type PriceDecision,
  type PriceLimits,
  type ResourceAddress,
} from "@weft/protocol";
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
 * @throws {AppError} `price_guard_store_failed` (retry) when it cannot be told
 */
export type FindSuspectPrice = (
  health: LedgerHealth,
  signal: AbortSignal,
) => Promise<string | undefined>;

type States = Awaited<ReturnType<PriceGuardStore["read"]>>;
type References = Awaited<ReturnType<ReadReferencePrices>>;

/** What was read serves every executor for so long: long enough for a burst, short against a run. */
const KEPT_MS = 3_000;

/**
 * Holds the prices that the ledger judged a CDP with against what the indexers' guard has accepted, and against the
 * reference. It writes nothing: a price that nobody has seen before is believed within the limits, or not at all.
 */
export function createPriceCheck(deps: GuardPricesDeps): FindSuspectPrice {
  const states = keep<States>(deps.nowMs);
  const references = keep<References>(deps.nowMs);
  return async (health, signal) => {
    const used = pricesUsed(health, deps.xrd);
    if (used.length === 0) return undefined;
    const assets = [...new Set(used.map(({ asset }) => asset))].sort();
    const key = assets.join();
    const known = await references("", () => readReferences(deps, signal));
    const read = () => deps.readStates(assets, signal);
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
    const doubt = find(await states(key, read));
    // An indexer may have come to believe it a moment ago.
    return doubt === undefined ? undefined : find(await states(key, read, "anew"));
  };
}

async function readReferences(
  { readReferences: read, onReferenceFailure }: GuardPricesDeps,
  signal: AbortSignal,
): Promise<References> {
  if (read === null) return new Map();
  try {
    return await read(signal);
  } catch (error) {
    signal.throwIfAborted();
    onReferenceFailure(error);
    return new Map();
  }
}

/** Keeps what was read for a while, and asks again after a failure. */
function keep<T>(nowMs: () => number) {
  const kept = new Map<string, { readonly value: T; readonly readAtMs: number }>();
  return async (key: string, read: () => Promise<T>, anew?: "anew"): Promise<T> => {
    const found = kept.get(key);
    if (anew === undefined && found !== undefined && nowMs() - found.readAtMs < KEPT_MS) {
      return found.value;
    }
    const readAtMs = nowMs();
    const value = await read();
    kept.set(key, { value, readAtMs });
    return value;
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
