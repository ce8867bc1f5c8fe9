import {
  type LedgerHealth,
  pricesUsed,
  type ReadReferencePrices,
  type ReferencePrice,
  referencesOrNone,
} from "@weft/ledger";
import {
  type Decimal,
  judgePrice,
  judgeTipPrice,
  type Market,
  type PriceDecision,
  type PriceGuardState,
  type PriceLimits,
  type ResourceAddress,
  UNSEEN,
} from "@weft/protocol";
import { inParallel } from "@weft/runtime";
import type { PriceGuardStore, StoredPriceGuard } from "@weft/store";

/** A price that must not be acted on, and whose it is. */
export interface SuspectPrice {
  readonly asset: ResourceAddress;
  readonly decision: Extract<PriceDecision, { kind: "suspect" }>;
}

/** What the guard says of the prices of one market state. */
export interface MarketPrices {
  /** By asset; all but XRD. */
  readonly decisions: ReadonlyMap<ResourceAddress, PriceDecision>;
  /** By resource that a CDP may hold or owe: assets, and the deposit units that stand for them. */
  readonly suspects: ReadonlyMap<ResourceAddress, SuspectPrice>;
  /** The first price behind the ledger's word at its tip that is not believed. */
  readonly findSuspectAtTip: (health: LedgerHealth) => SuspectPrice | undefined;
  /** What the guard remembers could not be read: another try may do better. */
  readonly isUnreadable: boolean;
}

/** What can go wrong around the guard without stopping a scan. */
type GuardFailure = "read" | "write" | "reference";

export interface JudgePricesDeps {
  readonly store: PriceGuardStore;
  /** Null where there is no reference source. */
  readonly readReferences: ReadReferencePrices | null;
  readonly limits: PriceLimits;
  readonly onFailure: (what: GuardFailure, error: unknown) => void;
}

/** Writers of one asset that get in each other's way agree after one more look; many more is no ordinary race. */
const MOST_TRIES = 4;

/**
 * Judges every price of a market and remembers what changed. Fails closed and quietly: without its memory every price but
 * XRD's is suspect, without its reference the limits decide.
 */
export async function judgePrices(
  market: Market,
  deps: JudgePricesDeps,
  signal: AbortSignal,
): Promise<MarketPrices> {
  const assets = [...market.resourceConfigs.keys()].filter((asset) => asset !== market.xrd);
  const [stored, references] = await inParallel(
    [
      (s) => readStates(assets, deps, s),
      (s) =>
        referencesOrNone(deps.readReferences, (error) => deps.onFailure("reference", error), s),
    ],
    signal,
  );
  const judged = await inParallel(
    assets.map((asset) => async (s: AbortSignal) => {
      const memory = stored.get(asset);
      return [asset, await judgeAsset({ asset, market, references, memory }, deps, s)] as const;
    }),
    signal,
  );
  const decisions = new Map(judged.map(([asset, { decision }]) => [asset, decision]));
  const states = new Map(judged.map(([asset, { state }]) => [asset, state]));
  return {
    decisions,
    suspects: suspectsOf(decisions, market),
    findSuspectAtTip: (health) => {
      for (const { asset, price } of pricesUsed(health, market.xrd)) {
        const state = states.get(asset);
        const reference = references.get(asset)?.price ?? null;
        const decision =
          state === null
            ? unreadable(price)
            : judgeTipPrice({ price, state: state ?? UNSEEN, reference, limits: deps.limits });
        if (decision.kind === "suspect") return { asset, decision };
      }
      return undefined;
    },
    isUnreadable: [...states.values()].includes(null),
  };
}

async function readStates(
  assets: readonly ResourceAddress[],
  { store, onFailure }: JudgePricesDeps,
  signal: AbortSignal,
): Promise<ReadonlyMap<ResourceAddress, StoredPriceGuard>> {
  const readable = new Map<ResourceAddress, StoredPriceGuard>();
  try {
    for (const [asset, stored] of await store.read(assets, signal)) {
      if ("unreadable" in stored) onFailure("read", stored.unreadable);
      else readable.set(asset, stored);
    }
  } catch (error) {
    signal.throwIfAborted();
    onFailure("read", error);
  }
  return readable;
}

interface AssetEvidence {
  readonly asset: ResourceAddress;
  readonly market: Market;
  readonly references: ReadonlyMap<ResourceAddress, ReferencePrice>;
  /** Undefined when it could not be read. */
  readonly memory: StoredPriceGuard | undefined;
}

interface JudgedAsset {
  readonly decision: PriceDecision;
  /** Null when it could not be read. */
  readonly state: PriceGuardState | null;
}

/** Whoever wrote in between knows more: then it is judged again by that. What cannot be written holds for this run alone. */
async function judgeAsset(
  { asset, market, references, memory }: AssetEvidence,
  deps: JudgePricesDeps,
  signal: AbortSignal,
): Promise<JudgedAsset> {
  const observed = market.prices.get(asset);
  const evidence = {
    observed,
    reference: references.get(asset)?.price ?? null,
    nowSeconds: market.ledgerTimeSeconds,
    limits: limitsIn(market, deps.limits),
  };
  let stored = memory;
  for (let tries = 1; stored !== undefined; tries += 1) {
    const { decision, next } = judgePrice({ ...evidence, state: stored.state });
    if (next === stored.state || tries > MOST_TRIES) return { decision, state: next };
    const write = { state: next, readVersion: stored.version };
    const wrote = await tryToWrite(asset, write, deps, signal);
    if (wrote) return { decision, state: next };
    stored = (await readStates([asset], deps, signal)).get(asset);
  }
  return { decision: unreadable(observed?.price ?? null), state: null };
}

/** True when there is nothing more to do: it is written, or cannot be. */
async function tryToWrite(
  asset: ResourceAddress,
  write: Parameters<PriceGuardStore["replace"]>[1],
  { store, onFailure }: JudgePricesDeps,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await store.replace(asset, write, signal);
  } catch (error) {
    signal.throwIfAborted();
    onFailure("write", error);
    return true;
  }
}

function limitsIn({ priceExpirationSeconds }: Market, limits: PriceLimits): PriceLimits {
  const isMarketStricter = priceExpirationSeconds < limits.maxAgeSeconds;
  return isMarketStricter ? { ...limits, maxAgeSeconds: priceExpirationSeconds } : limits;
}

const unreadable = (price: Decimal | null): PriceDecision => ({
  kind: "suspect",
  reason: "guard_unreadable",
  price,
  base: null,
});

function suspectsOf(
  decisions: ReadonlyMap<ResourceAddress, PriceDecision>,
  { depositUnits }: Market,
): ReadonlyMap<ResourceAddress, SuspectPrice> {
  const suspects = new Map<ResourceAddress, SuspectPrice>();
  for (const [asset, decision] of decisions) {
    if (decision.kind === "suspect") suspects.set(asset, { asset, decision });
  }
  for (const [unit, asset] of depositUnits) {
    const suspect = suspects.get(asset);
    if (suspect !== undefined) suspects.set(unit, suspect);
  }
  return suspects;
}
