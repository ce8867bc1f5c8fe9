import type { CdpRead } from "@weft/ledger";
import { assessHealth, type Market, type ScreenLines, screen } from "@weft/protocol";
import type { CdpFinding, Suspect } from "./cdp-finding.ts";

/** Judges what was read of a batch off-ledger, in the order of `ids`: findings for good, and suspects for the ledger. */
export function screenCdps(
  ids: readonly string[],
  reads: ReadonlyMap<string, CdpRead>,
  market: Market,
  lines: ScreenLines,
): (CdpFinding | Suspect)[] {
  return ids.map((id) => screenCdp(id, reads.get(id) ?? { kind: "unknown" }, market, lines));
}

function screenCdp(
  id: string,
  read: CdpRead,
  market: Market,
  lines: ScreenLines,
): CdpFinding | Suspect {
  if (read.kind === "undecodable") return { kind: "undecodable", id, detail: read.reason };
  if (read.kind !== "live") return { kind: "skipped", id, reason: read.kind };
  const { cdp } = read;
  const health = assessHealth(cdp, market);
  const verdict = screen(health, lines);
  return verdict === "confirm"
    ? { kind: "suspect", id, cdp, health }
    : { kind: "scanned", id, verdict, cdp, health, confirmed: null };
}
