import { atLeast, atMost, type Target } from "../targets.ts";

/** What every burst has to come to, however quick it was. */
export interface SafetyNumbers {
  readonly candidates: number;
  readonly submitted: number;
  readonly lost: number;
  readonly doubled: number;
  readonly imbalances: number;
  readonly parked: number;
  readonly executorsPeak: number;
}

/** Over all liquidators, rollouts included. */
const EXECUTORS = 50;

export function safetyTargets(burst: SafetyNumbers): Target[] {
  return [
    atLeast("submitted", burst.submitted, burst.candidates),
    atMost("lost", burst.lost, 0),
    atMost("doubled", burst.doubled, 0),
    atMost("imbalances", burst.imbalances, 0),
    atMost("parked", burst.parked, 0),
    atMost("executorsPeak", burst.executorsPeak, EXECUTORS),
  ];
}
