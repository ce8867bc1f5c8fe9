import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import type { Ending } from "@weft/messages";
import { type LiquidationPlan, parseDecimal } from "@weft/protocol";
import type { AttemptRecord } from "@weft/store";
import type { Judgement } from "../src/judge-position.ts";
import type { Preparation } from "../src/prepare-transaction.ts";
import type { Settlement } from "../src/settle-attempt.ts";
import type { SubmittedTransaction } from "../src/sign-and-submit.ts";
import type { Funding } from "../src/treasurer.ts";
import { type WorkPosition, type WorkPositionDeps, workPosition } from "../src/work-position.ts";
import { sampleCandidate } from "./sample-candidate.ts";

export const signal = new AbortController().signal;
export const head: LedgerHead = {
  stateVersion: 1_000n,
  epoch: 100,
  round: 7,
  timestampMs: Date.parse("2026-11-20T22:00:00Z"),
};

export const candidate = sampleCandidate;

export const emptyRecord: AttemptRecord = {
  nextAttempt: 4,
  unfinal: null,
  lastFinal: null,
  quarantine: null,
  failedDelivery: null,
};

export const lastFinal = (ending: Ending, observedStateVersion: bigint) => ({
  attempt: 3,
  ending,
  observedStateVersion,
  endedAtMs: 1,
});

export const signed: SubmittedTransaction = {
  attempt: 4,
  runId: "20261120T215500Z",
  intentHash: "txid_sim1abc",
  payloadHex: "4d22",
  startEpochInclusive: 100,
  endEpochExclusive: 102,
  plan: "{}",
  signedAtMs: 1,
  submittedAtMs: 2,
};

export function healthOf(ltv: string): LedgerHealth {
  return {
    loanValue: parseDecimal("144"),
    adjustedLoanValue: parseDecimal("144"),
    collateralValue: parseDecimal("150"),
    liquidationCollateralValue: parseDecimal("120"),
    liquidationLtv: parseDecimal(ltv),
    loans: [],
    collaterals: [],
    nfts: [],
  };
}

export const over: Judgement = {
  kind: "liquidatable",
  head,
  health: healthOf("1.2"),
  treasury: { head, amounts: new Map() },
};
export const healthy: Judgement = { kind: "healthy", head, health: healthOf("0.9") };

const plan: LiquidationPlan = {
  kind: "plan",
  funding: "inventory",
  repay: {
    resource: "resource_sim1debt",
    amount: parseDecimal("72"),
    valueXrd: parseDecimal("72"),
  },
  seize: [],
  profitXrd: parseDecimal("4"),
};

export const ready: Preparation = {
  kind: "ready",
  startEpochInclusive: 100,
  endEpochExclusive: 102,
  manifest: "",
  nonce: 1,
  plan,
  pricesXrd: {},
  account: "account_sim1treasury",
};

interface Script {
  readonly judgements?: (Judgement | Error)[];
  readonly preparations?: Preparation[];
  readonly fundings?: Funding[];
  readonly finals?: Ending[];
  readonly ledgerNow?: string;
  readonly stopping?: AbortSignal;
  /** Happens while the work waits for its executor. */
  readonly whileWaiting?: () => void;
}

/** Plays a script to the work and writes down what it did, in order. */
export function setUp(script: Script) {
  const { judgements = [], preparations = [], finals = [], ledgerNow, stopping } = script;
  const { fundings = [] } = script;
  const events: string[] = [];
  const knownVersions: bigint[] = [];
  const settled: Settlement[] = [];
  const next = <T>(list: T[], what: string): T => {
    const item = list.shift();
    if (item === undefined) throw new Error(`the script has no ${what} left`);
    return item;
  };
  const deps: WorkPositionDeps = {
    judge: ({ knownVersion }) => {
      events.push("judge");
      knownVersions.push(knownVersion);
      const judgement = next(judgements, "judgement");
      return judgement instanceof Error ? Promise.reject(judgement) : Promise.resolve(judgement);
    },
    prepare: ({ attempt }) => {
      events.push(`prepare ${attempt}`);
      return Promise.resolve(next(preparations, "preparation"));
    },
    reserve: ({ attempt }) => {
      const funding = fundings.shift() ?? { kind: "reserved" };
      events.push(`${funding.kind === "short" ? "short" : "reserve"} ${attempt}`);
      return Promise.resolve(funding);
    },
    signAndSubmit: ({ attempt }) => {
      events.push(`submit ${attempt}`);
      return Promise.resolve({ ...signed, attempt });
    },
    finish: ({ signed: { attempt } }) => {
      const ending = next(finals, "finality");
      events.push(`finish ${attempt} ${ending}`);
      return Promise.resolve({ ending, observedStateVersion: 1_000n + BigInt(attempt) });
    },
    settle: (settlement) => {
      events.push(`settle ${settlement.attempt} ${settlement.ending}`);
      settled.push(settlement);
      return Promise.resolve();
    },
    onExecutor: async (work, _signal, line) => {
      script.whileWaiting?.();
      events.push(line === "back" ? "executor taken from the back" : "executor taken");
      const result = await work();
      events.push("executor free");
      return result;
    },
    ledgerNowMs: () => Promise.resolve(Date.parse(ledgerNow ?? "2026-11-20T22:00:00Z")),
    stopping: stopping ?? signal,
  };
  const work = (change: Partial<WorkPosition> = {}) =>
    workPosition(
      { candidate, fence: 1, record: emptyRecord, messageId: "m-1", receivedAtMs: 0, ...change },
      deps,
      signal,
    );
  return { work, events, settled, knownVersions };
}
