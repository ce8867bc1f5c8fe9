import { type Candidate, candidateSchema } from "@weft/messages";
import { dispositionOf, errorCodeOf, type Logger } from "@weft/runtime";
import type { AttemptRecord } from "@weft/store";
import type { WorkPosition } from "./work-position.ts";

export interface HandleCandidateDeps {
  readonly acquireLease: (
    cdpId: string,
    signal: AbortSignal,
  ) => Promise<
    | { readonly kind: "acquired"; readonly fence: number; readonly record: AttemptRecord }
    | { readonly kind: "held"; readonly owner: string; readonly untilMs: number }
  >;
  /** Works on the position while the lease is kept, and lets the lease go at the end. */
  readonly workUnderLease: (position: WorkPosition, signal: AbortSignal) => Promise<void>;
  readonly wallMs: () => number;
  /** Hears why a message got no ending this time. */
  readonly observe: (code: string) => void;
  readonly log: Logger;
}

/** What an operator need not look at: the message comes back by itself. */
const EXPECTED_CODES: ReadonlySet<string> = new Set([
  "finality_pending",
  "head_behind",
  "stopping",
]);

type Verdict = "done" | "retry" | "park";

/**
 * Handles one message of the liquidation queue to its end. Never rejects: every failure has a verdict.
 * A message that does not parse is parked as it is; whatever the CDP's lease holder is doing, another waits its turn.
 */
export async function handleCandidate(
  message: { readonly body: string; readonly messageId: string; readonly receiveCount: number },
  signal: AbortSignal,
  deps: HandleCandidateDeps,
): Promise<Verdict> {
  const { log, observe, wallMs } = deps;
  const receivedAtMs = wallMs();
  const candidate = parseCandidate(message.body);
  if (candidate === undefined) {
    observe("malformed_candidate");
    log.error(
      { messageId: message.messageId, body: message.body.slice(0, 500) },
      "malformed candidate",
    );
    return "park";
  }
  const fields = { cdpId: candidate.cdpId, runId: candidate.runId, traceId: candidate.traceId };
  try {
    const lease = await deps.acquireLease(candidate.cdpId, signal);
    if (lease.kind === "held") {
      observe("lease_held");
      log.info({ ...fields, owner: lease.owner }, "another worker holds the position");
      return "retry";
    }
    const { fence, record } = lease;
    await deps.workUnderLease({ candidate, fence, record, receivedAtMs }, signal);
    return "done";
  } catch (err) {
    const disposition = dispositionOf(err);
    observe(errorCodeOf(err));
    const level = EXPECTED_CODES.has(errorCodeOf(err)) ? "info" : "error";
    log[level](
      { ...fields, receiveCount: message.receiveCount, disposition, err },
      "attempt failed",
    );
    return disposition;
  }
}

function parseCandidate(body: string): Candidate | undefined {
  try {
    return candidateSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
