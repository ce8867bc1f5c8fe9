import type { CdpRead } from "@weft/ledger";
import {
  assessHealth,
  type Market,
  type PendingInterest,
  pendingInterest,
  type ScreenLines,
  screen,
} from "@weft/protocol";
import type { CdpFinding, Suspect } from "./cdp-finding.ts";

/** Judges what was read of a batch off-ledger, in the order of `ids`: findings for good, and suspects for the ledger. */
export function screenCdps(
  ids: readonly string[],
  reads: ReadonlyMap<string, CdpRead>,
  market: Market,
  lines: ScreenLines,
): (CdpFinding | Suspect)[] {
  const point = { market, lines, pending: pendingInterest(market) };
  return ids.map((id) => screenCdp(id, reads.get(id) ?? { kind: "unknown" }, point));
}

interface ScreeningPoint {
  readonly market: Market;
  readonly lines: ScreenLines;
  readonly pending: PendingInterest;
}

function screenCdp(
  id: string,
  read: CdpRead,
  { market, lines, pending }: ScreeningPoint,
): CdpFinding | Suspect {
  if (read.kind === "undecodable") return { kind: "undecodable", id, detail: read.reason };
  if (read.kind !== "live") return { kind: "skipped", id, reason: read.kind };
  const { cdp } = read;
  const health = assessHealth(cdp, market);
  const verdict = screen(health, lines, pending);
  return verdict === "confirm"
    ? { kind: "suspect", id, cdp, health }
    : { kind: "scanned", id, verdict, cdp, health, confirmed: null };
}
