import type { CdpRead } from "@weft/ledger";
import {
  type Cdp,
  type Health,
  healthAssessor,
  type Market,
  type PendingInterest,
  pendingInterest,
  type ScreenLines,
  screen,
} from "@weft/protocol";
import type { CdpFinding, Suspect } from "./cdp-finding.ts";
import type { MarketPrices } from "./judge-prices.ts";
import { describeSuspect } from "./report-prices.ts";

/**
 * Judges what was read of a batch off-ledger, in the order of `ids`: findings for good, and suspects for the ledger. What is
 * owed or held in an asset whose price is suspect is never asked about: the ledger would value it with that very price.
 */
export function screenCdps(
  ids: readonly string[],
  reads: ReadonlyMap<string, CdpRead>,
  market: Market,
  prices: Pick<MarketPrices, "suspects">,
  lines: ScreenLines,
): (CdpFinding | Suspect)[] {
  const point = {
    assess: healthAssessor(market),
    ...{ prices, lines, pending: pendingInterest(market) },
  };
  return ids.map((id) => screenCdp(id, reads.get(id) ?? { kind: "unknown" }, point));
}

interface ScreeningPoint {
  readonly assess: (cdp: Cdp) => Health;
  readonly prices: Pick<MarketPrices, "suspects">;
  readonly lines: ScreenLines;
  readonly pending: PendingInterest;
}

function screenCdp(
  id: string,
  read: CdpRead,
  { assess, prices, lines, pending }: ScreeningPoint,
): CdpFinding | Suspect {
  if (read.kind === "undecodable") return { kind: "undecodable", id, detail: read.reason };
  if (read.kind !== "live") return { kind: "skipped", id, reason: read.kind };
  const { cdp } = read;
  const health = assess(cdp);
  if (health.kind !== "no_debt" && prices.suspects.size > 0) {
    const finding = findUnverified(id, cdp, prices);
    if (finding !== undefined) return finding;
  }
  const verdict = screen(health, lines, pending);
  return verdict === "confirm"
    ? { kind: "suspect", id, cdp, health }
    : { kind: "scanned", id, verdict, cdp, health, confirmed: null };
}

function findUnverified(
  id: string,
  cdp: Cdp,
  { suspects }: Pick<MarketPrices, "suspects">,
): CdpFinding | undefined {
  for (const resource of [...cdp.loans.keys(), ...cdp.collaterals.keys()]) {
    const suspect = suspects.get(resource);
    if (suspect === undefined) continue;
    // Its values would be made of the suspect price.
    const health = { kind: "unvaluable", reason: "suspect_price", resource } as const;
    return { kind: "unverified", id, detail: describeSuspect(suspect), cdp, health };
  }
  return undefined;
}
