import { addDecimal, DECIMAL_ZERO, type Decimal, subDecimal } from "@weft/protocol";

/** What of one asset it takes to serve CDPs out of the account. */
export interface TreasuryNeed {
  readonly resource: string;
  /** For all of them at once. */
  readonly all: Decimal;
  readonly largest: Decimal;
  readonly largestCdpId: string;
  /** What may be spent of it now; null without an account. */
  readonly spendable: Decimal | null;
  /** Too little for all, and for the largest alone; zero when there is enough, null without an account. */
  readonly lacksForAll: Decimal | null;
  readonly lacksForLargest: Decimal | null;
}

/** Sums what CDPs need, by asset; what is lacking most comes first. */
export function sumNeeds(
  needs: readonly { readonly cdpId: string; readonly need: ReadonlyMap<string, Decimal> }[],
  spendable: ReadonlyMap<string, Decimal> | null,
): TreasuryNeed[] {
  const sums = new Map<string, Pick<TreasuryNeed, "all" | "largest" | "largestCdpId">>();
  for (const { cdpId, need } of needs) {
    for (const [resource, amount] of need) {
      const sum = sums.get(resource);
      const isLargest = sum === undefined || amount > sum.largest;
      sums.set(resource, {
        all: addDecimal(sum?.all ?? DECIMAL_ZERO, amount),
        largest: isLargest ? amount : sum.largest,
        largestCdpId: isLargest ? cdpId : sum.largestCdpId,
      });
    }
  }
  return [...sums]
    .map(([resource, sum]) => {
      const there = spendable === null ? null : (spendable.get(resource) ?? DECIMAL_ZERO);
      const lacks = (needed: Decimal) =>
        there === null ? null : needed > there ? subDecimal(needed, there) : DECIMAL_ZERO;
      return {
        resource,
        ...sum,
        spendable: there,
        lacksForAll: lacks(sum.all),
        lacksForLargest: lacks(sum.largest),
      };
    })
    .toSorted((a, b) => rank(b) - rank(a) || a.resource.localeCompare(b.resource));
}

/** 2 where not even the largest can be served, 1 where not all can. */
const rank = ({ lacksForAll, lacksForLargest }: TreasuryNeed) =>
  Number((lacksForAll ?? 0n) > 0n) + Number((lacksForLargest ?? 0n) > 0n);
