import type { LedgerHead } from "@weft/ledger";
import { AppError, createRecent } from "@weft/runtime";
import type { FleetState, FleetSwitch } from "@weft/store";

export interface FleetWatchDeps extends Pick<FleetSwitch, "read" | "holdFire"> {
  /** @throws {AppError} `stale_head` when the head is too old to tell an epoch by */
  readonly readFreshHead: (signal: AbortSignal) => Promise<LedgerHead>;
  /** No intent in force is valid for longer; epochs. */
  readonly holdFireEpochs: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
}

type Refusal = "paused" | "holding_fire" | "fleet_switch_unreadable";

export type Permission =
  | { readonly kind: "granted" }
  | { readonly kind: "refused"; readonly because: Refusal; readonly detail: string };

/**
 * What the fleet switch allows this process, from a copy that is two seconds old at most. Whatever is not known is refused.
 *
 * unsaid (the table is new or restored) → held (until the epoch that the first liquidator writes) → open; paused or not.
 */
export interface FleetWatch {
  /** Whether messages may be received. Asks for the head while fire is held. */
  mayReceive(signal: AbortSignal): Promise<Permission>;
  /**
   * To be called right before signing what was decided at a head of this epoch.
   * @throws {AppError} `paused`, `holding_fire` or `fleet_switch_unreadable` (retry)
   */
  refuseUnlessArmed(epoch: number, signal: AbortSignal): Promise<void>;
}

const MAX_AGE_MS = 2_000;
/** Table and Gateway answer in this time, or the switch counts as unreadable. */
const READ_TIMEOUT_MS = 10_000;
/** Between two looks at the head while fire is held: epochs last minutes. */
const HEAD_PAUSE_MS = 5_000;
/** A head that passes as fresh may still be in the epoch before the last. */
const EPOCHS_A_HEAD_MAY_LAG = 1;
const GRANTED: Permission = { kind: "granted" };

export function createFleetWatch(deps: FleetWatchDeps): FleetWatch {
  const { nowMs, readFreshHead } = deps;
  const current = createRecent({ read: () => readOrHoldFire(deps), maxAgeMs: MAX_AGE_MS, nowMs });
  // Epochs never go back, so one look that has reached the epoch is enough for ever.
  let highestEpoch = 0;
  let nextLookMs = Number.NEGATIVE_INFINITY;

  async function decide(hasReached: (epoch: number) => Promise<boolean>): Promise<Permission> {
    let state: FleetState;
    try {
      state = await current.read();
    } catch (error) {
      return refused("fleet_switch_unreadable", (error as Error).message);
    }
    const { pause, holdUntilEpoch } = state;
    if (pause !== null) return refused("paused", pause.reason);
    if (holdUntilEpoch === null) return refused("holding_fire", "until when is not known yet");
    if (await hasReached(holdUntilEpoch)) return GRANTED;
    return refused("holding_fire", `until epoch ${holdUntilEpoch}`);
  }

  return {
    mayReceive: (signal) =>
      decide(async (epoch) => {
        if (highestEpoch < epoch && nowMs() >= nextLookMs) {
          nextLookMs = nowMs() + HEAD_PAUSE_MS;
          const head = await readFreshHead(signal).catch(() => null);
          highestEpoch = Math.max(highestEpoch, head?.epoch ?? 0);
        }
        return highestEpoch >= epoch;
      }),
    async refuseUnlessArmed(epoch) {
      const permission = await decide((untilEpoch) => Promise.resolve(epoch >= untilEpoch));
      if (permission.kind === "granted") return;
      const { because, detail } = permission;
      throw new AppError(because, `nothing is signed: ${detail}`, { disposition: "retry" });
    },
  };
}

const refused = (because: Refusal, detail: string): Permission => ({
  kind: "refused",
  because,
  detail,
});

/** For a table that nobody has spoken for, the first to see it does: what is open now is over by then. */
async function readOrHoldFire(deps: FleetWatchDeps): Promise<FleetState> {
  const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
  const state = await deps.read(signal);
  if (state.holdUntilEpoch !== null) return state;
  const head = await deps.readFreshHead(signal).catch(() => null);
  if (head === null) return state;
  const untilEpoch = head.epoch + deps.holdFireEpochs + EPOCHS_A_HEAD_MAY_LAG;
  return deps.holdFire({ untilEpoch }, signal);
}
