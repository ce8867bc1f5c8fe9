import type { AttemptRecord } from "@weft/store";
import type { Adapters } from "./adapters.ts";
import { observeOutcome } from "./observe-outcome.ts";
import { nextQuarantine, type OwnFailure } from "./quarantine-position.ts";
import { type SettleAttemptDeps, type Settlement, settleAttempt } from "./settle-attempt.ts";
import { inSteps, JOB_STEPS } from "./steps.ts";
import type { WorkedLease } from "./wire-leases.ts";

/** A position that is held: the lease, and what the table said of it then. */
export interface HeldPosition {
  readonly cdpId: string;
  readonly fence: number;
  readonly record: AttemptRecord;
  readonly lease: WorkedLease;
}

export type Settle = (settlement: Settlement, signal: AbortSignal) => Promise<void>;

/** What cost neither a look at the ledger nor a signature tells nothing of either. */
const TOLD_BY_THE_TABLE: ReadonlySet<string> = new Set(["superseded", "quarantined"]);

/** What may be tried again with every run; a failure on ledger costs a fee each time. */
const COSTS_NOTHING: ReadonlySet<OwnFailure> = new Set(["preview_failed", "cdp_unreadable"]);

/** How attempts on a held position are ended, whoever ends them. */
export function wireSettle(adapters: Adapters): (held: HeldPosition) => Settle {
  const { attempts, objects, clock, metrics, log, outage, reservations, treasurer, runStep } =
    adapters;
  return ({ cdpId, fence, record, lease }) => {
    let { quarantine } = record;
    let lastEnding = record.lastFinal?.ending;
    const deps: SettleAttemptDeps = {
      confirmLease: lease.confirm,
      putOutcome: (key, outcome, signal) => objects.putJson(key, outcome, signal),
      // What was signed before a dry run is settled in it too.
      settleHold: (end, signal) =>
        treasurer?.settle({ cdpId, ...end }, signal) ??
        reservations.settle({ cdpId, ...end, nowMs: Date.now() }, signal),
      recordFinal: async (final, signal) => {
        await lease.extending((leaseUntilMs) =>
          attempts.recordFinal({ cdpId, fence, leaseUntilMs, ...final }, signal),
        );
        if (final.quarantine !== undefined) quarantine = final.quarantine;
        lastEnding = final.ending;
      },
      quarantineAfter: async ({ ending, ownFailure, context }, signal) => {
        if (ownFailure !== null && COSTS_NOTHING.has(ownFailure)) {
          if (outage.isCommon(ownFailure, cdpId)) return undefined;
        }
        return nextQuarantine({
          previous: quarantine,
          ending,
          ownFailure,
          // Our own commit has made another CDP of it than the candidate tells of.
          cdpFingerprint: lastEnding === "liquidated" ? null : context.cdpFingerprint,
          nowMs: ownFailure === null ? 0 : await clock.nowMs(signal),
        });
      },
      wallMs: Date.now,
      observe: (outcome) => {
        observeOutcome(outcome, metrics, log);
        outage.progressed(TOLD_BY_THE_TABLE.has(outcome.ending) ? "untried" : "judged");
      },
    };
    const steps = inSteps(deps, JOB_STEPS.SETTLE, { runStep, cdpId });
    return (settlement, signal) => settleAttempt(settlement, steps, signal);
  };
}
