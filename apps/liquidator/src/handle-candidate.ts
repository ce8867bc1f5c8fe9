import { type Candidate, candidateSchema } from "@weft/messages";
import { dispositionOf, errorCodeOf, type Logger } from "@weft/runtime";
import type { FailedDelivery } from "@weft/store";
import { countFailure, isWorthAnotherTry } from "./failed-delivery.ts";
import type { AskedAt, AskedLease } from "./wire-leases.ts";
import type { WorkPosition } from "./work-position.ts";

export interface HandleCandidateDeps {
  readonly acquireLease: (cdpId: string, signal: AbortSignal) => Promise<AskedLease>;
  /** Works on the position while the lease is kept, and lets the lease go at the end. */
  readonly workUnderLease: (position: WorkPosition & AskedAt, signal: AbortSignal) => Promise<void>;
  readonly wallMs: () => number;
  /** Ledger time, for a candidate that expires while another holds its position. */
  readonly ledgerNowMs: (signal: AbortSignal) => Promise<number>;
  /**
   * Hears why a message got no ending this time, and of which CDP; null when it names none. What many waited for together
   * fails them with one and the same error.
   */
  readonly observe: (code: string, cdpId: string | null, error?: unknown) => void;
  readonly log: Logger;
}

/** What an operator need not look at: the message comes back by itself. */
const EXPECTED_CODES: ReadonlySet<string> = new Set([
  "finality_overdue",
  "finality_pending",
  "fleet_switch_unreadable",
  "head_behind",
  "holding_fire",
  "paused",
  "stopping",
]);

type Answer = "done" | "retry" | "park" | { readonly verdict: "park"; readonly reason: string };

/**
 * Handles one message of the liquidation queue to its end. Never rejects: every failure has a verdict.
 * A message that does not parse is parked as it is; whatever the CDP's lease holder is doing, another waits its turn, as
 * long as the candidate means anything. One whose transaction is not final for long is done: no message need live until
 * the ledger goes on, the reconciler finishes what is in the table.
 */
export async function handleCandidate(
  message: { readonly body: string; readonly messageId: string; readonly receiveCount: number },
  signal: AbortSignal,
  deps: HandleCandidateDeps,
): Promise<Answer> {
  const { log, observe, wallMs } = deps;
  const receivedAtMs = wallMs();
  const candidate = parseCandidate(message.body);
  if (candidate === undefined) {
    observe("malformed_candidate", null);
    log.error(
      { messageId: message.messageId, body: message.body.slice(0, 500) },
      "malformed candidate",
    );
    return "park";
  }
  const { cdpId } = candidate;
  const fields = { cdpId, runId: candidate.runId, traceId: candidate.traceId };
  let failedBefore: FailedDelivery | null = null;
  try {
    const lease = await deps.acquireLease(cdpId, signal);
    if (lease.kind === "held") {
      const isExpired = (await deps.ledgerNowMs(signal)) > Date.parse(candidate.expiresAt);
      observe(isExpired ? "expired_while_held" : "lease_held", cdpId);
      log.info({ ...fields, owner: lease.owner, isExpired }, "another worker holds the position");
      return isExpired ? "done" : "retry";
    }
    const { fence, record, askedMs } = lease;
    failedBefore = record.failedDelivery;
    const { messageId } = message;
    const position = { candidate, fence, record, messageId, receivedAtMs, askedMs };
    await deps.workUnderLease(position, signal);
    return "done";
  } catch (err) {
    const disposition = dispositionOf(err);
    observe(errorCodeOf(err), cdpId, err);
    const level = EXPECTED_CODES.has(errorCodeOf(err)) ? "info" : "error";
    log[level](
      { ...fields, receiveCount: message.receiveCount, disposition, err },
      "attempt failed",
    );
    if (errorCodeOf(err) === "finality_overdue") return "done";
    const failed = countFailure(failedBefore, message.messageId, err);
    const isParked = disposition === "park" || !isWorthAnotherTry(failed);
    return isParked ? { verdict: "park", reason: errorCodeOf(err) } : "retry";
  }
}

function parseCandidate(body: string): Candidate | undefined {
  try {
    return candidateSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
