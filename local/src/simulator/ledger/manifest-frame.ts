import type { Overlays } from "./history.ts";
import { type Num, text, ZERO } from "./numbers.ts";
import type { LedgerBehaviour, LedgerEvent } from "./types.ts";

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

/** One `liquidate` call and what came of it, before fees. */
export interface Liquidation {
  readonly cdpId: string;
  readonly ltvBefore: Num;
  readonly ltvAfter: Num;
  readonly paid: Bucket;
  readonly seized: readonly Bucket[];
  /** Value received less value paid, XRD. */
  readonly gainXrd: Num;
}

/** Everything a manifest has in hand while it runs. */
export interface Frame {
  readonly state: Overlays;
  readonly nowSeconds: number;
  /** Accounts whose owner signed; `all` when a preview assumes so. */
  readonly owners: ReadonlySet<string> | "all";
  readonly rules: Pick<LedgerBehaviour, "excessPayment" | "seizureOrder" | "interest">;
  readonly worktop: Worktop;
  readonly buckets: Map<number, Bucket>;
  readonly events: LedgerEvent[];
  readonly locks: FeeLock[];
  readonly liquidations: Liquidation[];
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
