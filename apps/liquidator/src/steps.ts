import type { AttemptStore } from "@weft/store";
import type { AwaitFinalityDeps } from "./await-finality.ts";
import type { FinishAttemptDeps } from "./finish-attempt.ts";
import type { SettleAttemptDeps } from "./settle-attempt.ts";
import type { SignAndSubmitDeps } from "./sign-and-submit.ts";
import type { WorkPositionDeps } from "./work-position.ts";

type Effect = (...args: never[]) => Promise<unknown>;

/**
 * Which step each effect of a job is. Null for what is made of other steps, only waits, or comes by the clock.
 * An effect that is not named does not compile.
 */
type StepsOf<Deps> = {
  readonly [Name in keyof Deps as Deps[Name] extends Effect ? Name : never]: string | null;
};

const LEASE = {
  acquireLease: "acquire_lease",
  renewLease: null,
  releaseLease: "release_lease",
} as const satisfies StepsOf<Pick<AttemptStore, "acquireLease" | "renewLease" | "releaseLease">>;

const WORK = {
  judge: "judge",
  prepare: "prepare",
  reserve: "reserve",
  signAndSubmit: null,
  finish: null,
  settle: null,
  onExecutor: null,
  ledgerNowMs: null,
} as const satisfies StepsOf<WorkPositionDeps>;

const SIGN = {
  build: "sign",
  recordSigned: "record_signed",
  submit: "submit",
} as const satisfies StepsOf<SignAndSubmitDeps>;

const FOLLOW = {
  recordSubmitted: "record_submitted",
} as const satisfies StepsOf<Pick<AttemptStore, "recordSubmitted">>;

const FINALITY = {
  readStatus: "read_status",
  resubmit: "resubmit",
  sleep: null,
} as const satisfies StepsOf<AwaitFinalityDeps>;

const FINISH = {
  awaitFinality: null,
  readCommit: "read_commit",
  readHeadVersion: "read_head",
  settle: null,
} as const satisfies StepsOf<FinishAttemptDeps>;

const SETTLE = {
  quarantineAfter: null,
  confirmLease: "confirm_lease",
  putOutcome: "put_outcome",
  settleHold: "settle_hold",
  recordFinal: "record_final",
} as const satisfies StepsOf<SettleAttemptDeps>;

/** Not of the state machine, but after it: the message is deleted, handed back or parked. */
const ANSWER = { answerMessage: "answer_message" } as const;

/** Everything an attempt asks of the outside world or tells it, by the job that does. */
export const JOB_STEPS = { LEASE, WORK, SIGN, FOLLOW, FINALITY, FINISH, SETTLE, ANSWER };

type ValueOf<T> = T[keyof T];
type StepsIn<Job> = Job extends object ? Exclude<ValueOf<Job>, null> : never;

/** A moment at which an attempt meets the outside world, and may die before it or after. */
export type Step = StepsIn<ValueOf<typeof JOB_STEPS>>;

export const STEPS: readonly Step[] = Object.values(JOB_STEPS).flatMap((steps) =>
  Object.values(steps).filter((step) => step !== null),
);

/** Does the work of one step of a CDP's attempt, and whatever is to be done around each. */
export type RunStep = <T>(
  at: { readonly step: Step; readonly cdpId: string },
  work: () => Promise<T>,
) => Promise<T>;

/** The same effects, each run as its step. */
export function inSteps<Deps extends object>(
  deps: Deps,
  steps: { readonly [Name in keyof StepsOf<Deps>]: Step | null },
  { runStep, cdpId }: { readonly runStep: RunStep; readonly cdpId: string },
): Deps {
  const stepOf = new Map(Object.entries(steps as Record<string, Step | null>));
  const wrapped = Object.entries(deps).map(([name, effect]) => {
    const step = stepOf.get(name) ?? null;
    if (step === null) return [name, effect];
    return [name, (...args: unknown[]) => runStep({ step, cdpId }, () => effect(...args))];
  });
  return Object.fromEntries(wrapped) as Deps;
}
