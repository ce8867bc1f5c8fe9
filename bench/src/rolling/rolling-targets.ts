import { atLeast, atMost, type Target } from "../targets.ts";

export interface RollingNumbers {
  readonly candidates: number;
  readonly liquidators: number;
  readonly visibilityTimeoutSeconds: number;
  readonly submitted: number;
  readonly lost: number;
  readonly doubled: number;
  readonly imbalances: number;
  readonly parked: number;
  readonly executorsPeak: number;
  readonly restarted: number;
  readonly unclean: number;
  readonly longestDelayMs: number;
}

/** Beyond the visibility time-out: to be received again, judged and submitted. */
const AFTER_TIMEOUT_MS = 5_000;
/** While a fleet is rolled over, too. */
const EXECUTORS = 50;

export function rollingTargets(burst: RollingNumbers): Target[] {
  const withinMs = burst.visibilityTimeoutSeconds * 1_000 + AFTER_TIMEOUT_MS;
  return [
    atLeast("submitted", burst.submitted, burst.candidates),
    atMost("lost", burst.lost, 0),
    atMost("doubled", burst.doubled, 0),
    atMost("imbalances", burst.imbalances, 0),
    atMost("parked", burst.parked, 0),
    atMost("executorsPeak", burst.executorsPeak, EXECUTORS),
    atLeast("restarted", burst.restarted, burst.liquidators),
    atMost("unclean", burst.unclean, 0),
    atMost("longestDelayMs", burst.longestDelayMs, withinMs),
  ];
}
