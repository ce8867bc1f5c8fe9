import { z } from "zod";
import { cdpId, decimalText, instant, runId, traceId, u64Text } from "./fields.ts";

/**
 * A CDP that the ledger itself called liquidatable: indexer → liquidator, over the FIFO liquidation queue.
 *
 * It is a hint, not an order: the liquidator reads the CDP again before it does anything.
 */
export const candidateSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal("candidate"),
  cdpId,
  runId,
  batchIndex: z.number().int().min(0),
  /** Why it was looked at. */
  cause: z.enum(["scan"]),
  /** The ledger state the batch was read at. */
  pinnedStateVersion: u64Text,
  /** The confirming preview ran at the tip, at this state version or a later one: a preview cannot be pinned. */
  confirmedFromStateVersion: u64Text,
  /** What the ledger's `get_cdp` said. */
  liquidationLtv: decimalText,
  loanValueXrd: decimalText,
  collateralValueXrd: decimalText,
  /** Of the CDP as its NFT said at the pinned state: another one is another CDP, whatever failed before. */
  cdpFingerprint: z.string().regex(/^[0-9a-f]{16}$/, "16 hex digits"),
  /** Wall time of queueing, for latency. */
  queuedAt: instant,
  /** Ledger time after which the candidate says nothing any more. */
  expiresAt: instant,
  traceId,
});

export type Candidate = z.infer<typeof candidateSchema>;

/** Deduplication id of a candidate: the same observation twice is one message, a new observation is a new one. */
export function candidateDeduplicationId(candidate: Candidate): string {
  const { cdpId: id, runId: run, cause, confirmedFromStateVersion } = candidate;
  return `${id.replaceAll("#", "")}-${run}-${cause}-${confirmedFromStateVersion}`;
}
