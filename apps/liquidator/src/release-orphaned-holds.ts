import type { Logger } from "@weft/runtime";
import type { Hold, LeaseAnswer, LeaseRef, Reservations } from "@weft/store";

export interface ReleaseOrphanedHoldsDeps {
  readonly reservations: Pick<Reservations, "read" | "release" | "forgetOldHours">;
  readonly acquireLease: (cdpId: string, signal: AbortSignal) => Promise<LeaseAnswer>;
  readonly releaseLease: (lease: LeaseRef, signal: AbortSignal) => Promise<void>;
  /** Wall time, milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly log: Logger;
}

/** A younger hold is somebody's work: looking would only be in the way. */
const ORPHAN_AGE_MS = 30_000;

/**
 * One round over what is reserved: a hold whose attempt was never signed, and that nobody works on, is let go. It was left
 * by a worker that died, or could not sign, after it had reserved.
 *
 * The CDP's lease is taken for it: whoever reserved under an older one, and only stood still, can sign no more.
 */
export async function releaseOrphanedHolds(
  { reservations, acquireLease, releaseLease, wallMs, log }: ReleaseOrphanedHoldsDeps,
  signal: AbortSignal,
): Promise<void> {
  const { holds } = await reservations.read(signal);
  for (const hold of holds) {
    if (wallMs() - hold.reservedAtMs < ORPHAN_AGE_MS) continue;
    try {
      await releaseOrphan(hold);
    } catch (err) {
      signal.throwIfAborted();
      // Those of other positions are no worse for it.
      log.error({ cdpId: hold.cdpId, err }, "could not look after a hold");
    }
  }
  await reservations.forgetOldHours(wallMs(), signal);

  async function releaseOrphan(hold: Hold): Promise<void> {
    const { cdpId, attempt } = hold;
    const lease = await acquireLease(cdpId, signal);
    if (lease.kind === "held") return;
    if (lease.record.unfinal === null) {
      const isReleased = await reservations.release(hold, signal);
      if (isReleased) log.warn({ cdpId, attempt }, "released a hold that nobody signed for");
      else log.error({ cdpId, attempt }, "a hold that nobody signed for is not as it was written");
    }
    await releaseLease({ cdpId, fence: lease.fence }, signal);
  }
}
