import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import type { Candidate, IndexBatch } from "@weft/messages";
import { type Cdp, compareDecimal, formatDecimal } from "@weft/protocol";
import type { CdpFinding } from "./cdp-finding.ts";
import { fingerprintCdp } from "./fingerprint-cdp.ts";

/** When and where the ledger was asked. */
export interface Confirmation {
  /** Read before the previews, which ran at it or later. */
  readonly head: LedgerHead;
  /** Wall time, milliseconds since 1970. */
  readonly queuedAtMs: number;
  readonly ttlSeconds: number;
}

/** Candidates for what the ledger called liquidatable, the most owed first. */
export function makeCandidates(
  findings: readonly CdpFinding[],
  batch: IndexBatch,
  confirmation: Confirmation,
): Candidate[] {
  return findings
    .flatMap((finding) =>
      finding.kind === "scanned" && finding.verdict === "liquidatable" && finding.confirmed !== null
        ? [{ cdp: finding.cdp, health: finding.confirmed }]
        : [],
    )
    .sort((a, b) => compareDecimal(b.health.loanValue, a.health.loanValue))
    .map(({ cdp, health }) => toCandidate(cdp, health, batch, confirmation));
}

function toCandidate(
  cdp: Cdp,
  health: LedgerHealth,
  { runId, batchIndex, stateVersion, traceId }: IndexBatch,
  { head, queuedAtMs, ttlSeconds }: Confirmation,
): Candidate {
  return {
    version: 1,
    kind: "candidate",
    cdpId: cdp.id,
    runId,
    batchIndex,
    cause: "scan",
    pinnedStateVersion: stateVersion,
    confirmedFromStateVersion: String(head.stateVersion),
    liquidationLtv: formatDecimal(health.liquidationLtv),
    loanValueXrd: formatDecimal(health.loanValue),
    collateralValueXrd: formatDecimal(health.collateralValue),
    cdpFingerprint: fingerprintCdp(cdp),
    queuedAt: new Date(queuedAtMs).toISOString(),
    expiresAt: new Date(head.timestampMs + ttlSeconds * 1_000).toISOString(),
    traceId,
  };
}
