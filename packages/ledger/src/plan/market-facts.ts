import type { Decimal } from "@weft/protocol";
import type { LiquidationTerms, PoolTerms } from "../weft/read-liquidation-terms.ts";
import type { MarketEntities } from "../weft/resolve-market.ts";

/** What a liquidation has to know of the market, and what changes rarely enough to be read at start. */
export interface MarketFacts {
  readonly lendingMarket: string;
  readonly lendingPool: string;
  readonly cdpResource: string;
  /** Resource of the pool's flash-loan terms. */
  readonly transientResource: string;
  readonly xrd: string;
  /** Every resource that the account may pay with or take: what pools lend, their deposit units, and XRD. */
  readonly assets: readonly string[];
  readonly protocolBonusShare: Decimal;
  /** Digits after the point that amounts of a resource may have, 0 to 18. */
  assetDivisibility(resource: string): number;
  /** Pools and switches as they were read last. @throws {AppError} `terms_stale` (retry) when that is too long ago */
  terms(): LiquidationTerms;
}

/** A resource that no pool lends is only ever received: an assertion with all 18 digits asks for no less of it. */
const MOST_DIGITS = 18;

/** The facts of a market that has been read. A deposit unit is as divisible as its asset. */
export function marketFactsOf(
  entities: MarketEntities & { readonly lendingPool: string },
  xrd: string,
  { first, terms }: { readonly first: LiquidationTerms; readonly terms: MarketFacts["terms"] },
): MarketFacts {
  const { lendingMarket, lendingPool, cdpResource, transientResource, protocolBonusShare } =
    entities;
  const digits = new Map([...first.pools].flatMap(divisibilities));
  return {
    lendingMarket,
    lendingPool,
    cdpResource,
    transientResource,
    xrd,
    assets: [...new Set([xrd, ...digits.keys()])],
    protocolBonusShare,
    assetDivisibility: (resource) => digits.get(resource) ?? MOST_DIGITS,
    terms,
  };
}

function divisibilities([asset, { depositUnit, divisibility }]: readonly [string, PoolTerms]) {
  return [[asset, divisibility] as const, [depositUnit, divisibility] as const];
}
