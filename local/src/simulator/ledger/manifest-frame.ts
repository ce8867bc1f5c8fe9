import type { Moment } from "./health.ts";
import type { Overlays } from "./history.ts";
import type { CdpState } from "./model.ts";
import { type Num, text, ZERO } from "./numbers.ts";
import type { LedgerEvent, LedgerRules } from "./types.ts";

/** What the ledger says of a manifest that cannot go through: it fails, and its effects are dropped. */
export class ManifestFailure extends Error {
  override readonly name = "ManifestFailure";
}

export interface Bucket {
  readonly resource: string;
  readonly amount: Num;
}

/** A sum set aside for the fee. */
export interface FeeLock {
  readonly account: string;
  readonly amount: Num;
  /** Counts only when the transaction succeeds. */
  readonly contingent: boolean;
}

/** One `liquidate` or `liquidate_nft` call and what came of it, before fees. */
export interface Liquidation {
  readonly cdpId: string;
  readonly ltvBefore: Num;
  readonly ltvAfter: Num;
  readonly paid: readonly Bucket[];
  readonly seized: readonly Bucket[];
  /** What `liquidate_nft` took. */
  readonly seizedNft: { readonly resource: string; readonly id: string } | null;
  /** XRD for one unit of everything the CDP owed or pledged, and for the NFT taken, by resource or key. */
  readonly unitPrices: ReadonlyMap<string, Num>;
}

/** What a flash loan was, and what has to come back with it. */
export interface FlashDebt {
  readonly lent: Num;
  readonly fee: Num;
}

/** Everything a manifest has in hand while it runs. */
export interface Frame {
  readonly state: Overlays;
  readonly nowSeconds: number;
  /** Accounts whose owner signed; `all` when a preview assumes so. */
  readonly owners: ReadonlySet<string> | "all";
  readonly rules: LedgerRules;
  readonly worktop: Worktop;
  readonly buckets: Map<number, Bucket>;
  readonly events: LedgerEvent[];
  readonly locks: FeeLock[];
  readonly liquidations: Liquidation[];
  /** What the flash loan that is out has to bring back, by asset; null when none is out. */
  flashLoan: ReadonlyMap<string, FlashDebt> | null;
  /** Whether there was one. */
  flashLent: boolean;
  swaps: number;
}

export interface Worktop {
  put(bucket: Bucket): void;
  /** @throws {ManifestFailure} when there is less */
  take(resource: string, amount: Num): Bucket;
  takeAll(resource: string): Bucket;
  takeEverything(): Bucket[];
  amountOf(resource: string): Num;
}

export function createWorktop(): Worktop {
  const held = new Map<string, Num>();
  const amountOf = (resource: string) => held.get(resource) ?? ZERO;
  const takeAll = (resource: string): Bucket => {
    const amount = amountOf(resource);
    held.delete(resource);
    return { resource, amount };
  };
  return {
    amountOf,
    takeAll,
    put({ resource, amount }) {
      if (!amount.isZero()) {
        held.set(resource, amountOf(resource).plus(amount));
      }
    },
    take(resource, amount) {
      const left = amountOf(resource).minus(amount);
      if (left.isNegative()) {
        throw new ManifestFailure(
          `WorktopError(InsufficientBalance): ${text(amount)} of ${resource} wanted, ${text(amountOf(resource))} there`,
        );
      }
      held.set(resource, left);
      return { resource, amount };
    },
    takeEverything: () => [...held.keys()].map(takeAll).filter((bucket) => !bucket.amount.isZero()),
  };
}

/** @throws {ManifestFailure} when the bucket was used before */
export function takeBucket(frame: Frame, id: number): Bucket {
  const bucket = frame.buckets.get(id);
  if (bucket === undefined) {
    throw new ManifestFailure(`BucketNotFound(${id})`);
  }
  frame.buckets.delete(id);
  return bucket;
}

/** How the market values a CDP while a manifest runs. */
export function momentOf({ nowSeconds, rules }: Frame): Moment {
  const { rounding, thresholds } = rules;
  return { nowSeconds, oldPrices: "refused", rounding, thresholds };
}

/** @throws {ManifestFailure} when there is no such CDP, or no more */
export function liveCdp(frame: Frame, cdpId: string): CdpState {
  const cdp = frame.state.cdps.get(cdpId);
  if (cdp === undefined || cdp.burned) {
    throw new ManifestFailure(`NonFungibleNotFound: CDP ${cdpId} does not exist`);
  }
  return cdp;
}
