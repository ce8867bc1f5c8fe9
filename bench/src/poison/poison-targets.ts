import { atLeast, atMost, type Target } from "../targets.ts";

export interface PoisonNumbers {
  /** Healthy ones, over all rounds. */
  readonly candidates: number;
  /** Poison by healthy candidates, hundredths. */
  readonly percent: number;
  readonly submitted: number;
  readonly lost: number;
  readonly doubled: number;
  readonly imbalances: number;
  readonly parked: number;
  readonly executorsPeak: number;
  readonly throughputLoss: number;
  readonly poison: number;
  readonly poisonQuarantined: number;
  readonly poisonSpendXrd: number;
  readonly poisonSpendBoundXrd: number;
  readonly poisonAttemptsMost: number;
}

/** Poison of 1 % may cost 2 %, and more of it in proportion. */
const LOSS_PER_PERCENT = 0.02;
const EXECUTORS = 50;

export function poisonTargets(burst: PoisonNumbers): Target[] {
  return [
    atLeast("submitted", burst.submitted, burst.candidates),
    atMost("lost", burst.lost, 0),
    atMost("doubled", burst.doubled, 0),
    atMost("imbalances", burst.imbalances, 0),
    atMost("parked", burst.parked, 0),
    atMost("executorsPeak", burst.executorsPeak, EXECUTORS),
    atMost("throughputLoss", burst.throughputLoss, burst.percent * LOSS_PER_PERCENT),
    atLeast("poisonQuarantined", burst.poisonQuarantined, burst.poison),
    atMost("poisonAttemptsMost", burst.poisonAttemptsMost, 1),
    atMost("poisonSpendXrd", burst.poisonSpendXrd, burst.poisonSpendBoundXrd),
  ];
}
