import { type SafetyNumbers, safetyTargets } from "../burst/safety-targets.ts";
import { atLeast, atMost, type Target } from "../targets.ts";

export interface RollingNumbers extends SafetyNumbers {
  readonly liquidators: number;
  readonly visibilityTimeoutSeconds: number;
  readonly restarted: number;
  readonly unclean: number;
  readonly longestDelayMs: number;
}

/** Beyond the visibility time-out: to be received again, judged and submitted. */
const AFTER_TIMEOUT_MS = 5_000;

export function rollingTargets(burst: RollingNumbers): Target[] {
  const withinMs = burst.visibilityTimeoutSeconds * 1_000 + AFTER_TIMEOUT_MS;
  return [
    ...safetyTargets(burst),
    atLeast("restarted", burst.restarted, burst.liquidators),
    atMost("unclean", burst.unclean, 0),
    atMost("longestDelayMs", burst.longestDelayMs, withinMs),
  ];
}
