import { createSemaphore, errorCodeOf, type Logger } from "@weft/runtime";
import type { AttemptRecord, LeaseRef, OpenAttempt, QuarantinedCdp } from "@weft/store";
import type { Metrics } from "./metrics.ts";
import type { SignedTransaction } from "./sign-and-submit.ts";
import type { AskedAt, AskedLease } from "./wire-leases.ts";

export interface ReconcileDeps {
  readonly listUnfinal: (signal: AbortSignal) => AsyncIterable<OpenAttempt>;
  readonly listQuarantined: (signal: AbortSignal) => AsyncIterable<QuarantinedCdp>;
  readonly acquireLease: (cdpId: string, signal: AbortSignal) => Promise<AskedLease>;
  /**
   * Looks once or twice how the transaction stands, sends it again if nobody knows it, and settles it once it is final;
   * the lease is let go in any case.
   */
  readonly finishUnderLease: (
    held: LeaseRef &
      AskedAt & { readonly record: AttemptRecord; readonly signed: SignedTransaction },
    signal: AbortSignal,
  ) => Promise<void>;
  readonly releaseLease: (lease: LeaseRef, signal: AbortSignal) => Promise<void>;
  /** Frees what is reserved for attempts that are no more. */
  readonly releaseOrphanedHolds: (signal: AbortSignal) => Promise<void>;
  readonly atOnce: number;
  /** Wall time, milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Ledger time, which quarantines are measured by; milliseconds since 1970. */
  readonly ledgerNowMs: (signal: AbortSignal) => Promise<number>;
  readonly metrics: Pick<Metrics, "unfinal" | "oldestUnfinal" | "quarantined" | "reconciled">;
  readonly log: Logger;
}

/** Not final yet is what a halt looks like, and a stop is a stop: the attempt stays for the next round. */
const EXPECTED_CODES: ReadonlySet<string> = new Set([
  "finality_overdue",
  "finality_pending",
  "lease_lost",
]);

/**
 * One round over the table: every unfinal attempt that nobody works on is brought to its end if it has one, with or
 * without a message. Holds no executor, and goes on while receiving is paused and while fire is held: what is signed is
 * signed. Never rejects: what fails is tried again in the next round.
 */
export async function reconcileAttempts(deps: ReconcileDeps, signal: AbortSignal): Promise<void> {
  const { metrics, wallMs, log } = deps;
  const lanes = createSemaphore(deps.atOnce);
  const looks: Promise<boolean>[] = [];
  const signedAtMs: number[] = [];
  const isListed = await survive("list unfinal attempts", async () => {
    for await (const open of deps.listUnfinal(signal)) {
      signedAtMs.push(open.unfinal.signedAtMs);
      if (open.leaseUntilMs > wallMs()) continue;
      const look = () => lanes.run(() => lookAt(open, deps, signal), signal);
      looks.push(survive("finish an attempt", look, { cdpId: open.cdpId }));
    }
  });
  // Of half a list nothing is said: the alerts on these are for the very case that nobody can tell.
  if (isListed) {
    metrics.unfinal.set(signedAtMs.length);
    const oldestMs = signedAtMs.reduce((oldest, at) => Math.min(oldest, at), wallMs());
    metrics.oldestUnfinal.set((wallMs() - oldestMs) / 1_000);
  }
  await Promise.all(looks);
  await survive("release orphaned holds", () => deps.releaseOrphanedHolds(signal));
  await survive("count quarantined positions", async () => {
    const nowMs = await deps.ledgerNowMs(signal);
    let count = 0;
    for await (const { quarantine } of deps.listQuarantined(signal)) {
      if (quarantine.untilMs > nowMs) count += 1;
    }
    metrics.quarantined.set(count);
  });
  if (isListed && !signal.aborted) metrics.reconciled.set(wallMs() / 1_000);

  /** Whether the step came to its end. */
  async function survive(what: string, step: () => Promise<void>, fields = {}): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (err) {
      if (!signal.aborted && !EXPECTED_CODES.has(errorCodeOf(err))) {
        log.error({ ...fields, what, err }, "reconciler failed");
      }
      return false;
    }
  }
}

async function lookAt(
  { cdpId }: OpenAttempt,
  { acquireLease, finishUnderLease, releaseLease }: ReconcileDeps,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const lease = await acquireLease(cdpId, signal);
  if (lease.kind === "held") return;
  const { fence, record, askedMs } = lease;
  // Somebody was faster: what the list said is not what the lease says.
  if (record.unfinal === null) return releaseLease({ cdpId, fence }, signal);
  await finishUnderLease({ cdpId, fence, record, askedMs, signed: record.unfinal }, signal);
}
