import type { MarketEntities } from "@weft/ledger";
import type { Decimal, Market } from "@weft/protocol";

/** What a liquidation has to know of the market, and what changes rarely enough to be read at start. */
export interface MarketFacts {
  readonly lendingMarket: string;
  readonly cdpResource: string;
  readonly xrd: string;
  /** Every resource that the account may pay with or take: what pools lend, their deposit units, and XRD. */
  readonly assets: readonly string[];
  readonly protocolBonusShare: Decimal;
  /** Digits after the point that amounts of a resource may have, 0 to 18. */
  assetDivisibility(resource: string): number;
}

/** A resource that no pool lends is only ever received: an assertion with all 18 digits asks for no less of it. */
const MOST_DIGITS = 18;

/** The facts of a market that has been read. A deposit unit is as divisible as its asset. */
export function marketFactsOf(entities: MarketEntities, market: Market): MarketFacts {
  const { pools, depositUnits, xrd } = market;
  const { lendingMarket, cdpResource, protocolBonusShare } = entities;
  return {
    lendingMarket,
    cdpResource,
    xrd,
    assets: [...new Set([xrd, ...pools.keys(), ...depositUnits.keys()])],
    protocolBonusShare,
    assetDivisibility: (resource) =>
      pools.get(depositUnits.get(resource) ?? resource)?.assetDivisibility ?? MOST_DIGITS,
  };
}
