import { atLeast, atMost, type Target } from "../targets.ts";
import type { BurstBooks } from "./burst-books.ts";
import { type SafetyNumbers, safetyTargets } from "./safety-targets.ts";

export interface BurstNumbers
  extends SafetyNumbers,
    Pick<BurstBooks, "lastSubmitMs" | "p50" | "p99"> {
  readonly cores: number;
  /** Null when they did not come all at once. */
  readonly ratio: number | null;
  readonly submittedPerHour: number;
  readonly callsBeforeSubmit: number;
  readonly writesBeforeSubmit: number;
}

const DESIGN_CANDIDATES = 1_500;
/** With the simulator and the servers on the same machine. */
const WITHIN_MS = { fewCores: 25_000, manyCores: 15_000 };
const MANY_CORES = 4;
const RATIO = 1.5;
/** From queued to submitted, when they come at the rate of the worst hour. */
const P50_MS = 1_000;
const P99_MS = 5_000;
const PER_HOUR = 15_000;
const CALLS_BEFORE_SUBMIT = 4;
const WRITES_BEFORE_SUBMIT = 3;

/** The targets of a burst of this size on this machine. Time scales with the burst above the design's. */
export function burstTargets(burst: BurstNumbers): Target[] {
  const withinMs = burst.cores >= MANY_CORES ? WITHIN_MS.manyCores : WITHIN_MS.fewCores;
  const scale = Math.max(1, burst.candidates / DESIGN_CANDIDATES);
  return [
    ...safetyTargets(burst),
    ...(burst.ratio === null
      ? [atMost("p50", burst.p50, P50_MS), atMost("p99", burst.p99, P99_MS)]
      : [
          atMost("lastSubmitMs", burst.lastSubmitMs, withinMs * scale),
          atMost("ratio", burst.ratio, RATIO),
        ]),
    atLeast("submittedPerHour", burst.submittedPerHour, PER_HOUR),
    atMost("callsBeforeSubmit", burst.callsBeforeSubmit, CALLS_BEFORE_SUBMIT),
    atMost("writesBeforeSubmit", burst.writesBeforeSubmit, WRITES_BEFORE_SUBMIT),
  ];
}
