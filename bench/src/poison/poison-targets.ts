import { type SafetyNumbers, safetyTargets } from "../burst/safety-targets.ts";
import { atLeast, atMost, type Target } from "../targets.ts";

/** Candidates are the healthy ones, over all rounds. */
export interface PoisonNumbers extends SafetyNumbers {
  /** Poison by healthy candidates, hundredths. */
  readonly percent: number;
  readonly throughputLoss: number;
  readonly poison: number;
  readonly poisonQuarantined: number;
  readonly poisonSpendXrd: number;
  readonly poisonSpendBoundXrd: number;
  readonly poisonAttemptsMost: number;
}

/** Poison of 1 % may cost 2 %, and more of it in proportion. */
const LOSS_PER_PERCENT = 0.02;

export function poisonTargets(burst: PoisonNumbers): Target[] {
  return [
    ...safetyTargets(burst),
    atMost("throughputLoss", burst.throughputLoss, burst.percent * LOSS_PER_PERCENT),
    atLeast("poisonQuarantined", burst.poisonQuarantined, burst.poison),
    atMost("poisonAttemptsMost", burst.poisonAttemptsMost, 1),
    atMost("poisonSpendXrd", burst.poisonSpendXrd, burst.poisonSpendBoundXrd),
  ];
}
