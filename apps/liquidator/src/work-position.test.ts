import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import type { Ending } from "@weft/messages";
import { type LiquidationPlan, parseDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { AttemptRecord } from "@weft/store";
import { describe, expect, it } from "vitest";
import { sampleCandidate } from "../test/sample-candidate.ts";
import type { Judgement } from "./judge-position.ts";
import type { Preparation } from "./prepare-transaction.ts";
import type { Settlement } from "./settle-attempt.ts";
import type { SignedTransaction } from "./sign-and-submit.ts";
import type { Funding } from "./treasurer.ts";
import { type WorkPosition, type WorkPositionDeps, workPosition } from "./work-position.ts";

const signal = new AbortController().signal;
const head: LedgerHead = {
  stateVersion: 1_000n,
  epoch: 100,
  round: 7,
  timestampMs: Date.parse("2026-11-20T22:00:00Z"),
};

const candidate = sampleCandidate;

const emptyRecord: AttemptRecord = {
  nextAttempt: 4,
  unfinal: null,
  lastFinal: null,
  quarantine: null,
  failedDelivery: null,
};

const lastFinal = (ending: Ending, observedStateVersion: bigint) => ({
  attempt: 3,
  ending,
  observedStateVersion,
  endedAtMs: 1,
});

const signed: SignedTransaction = {
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

function healthOf(ltv: string): LedgerHealth {
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

const over: Judgement = {
  kind: "liquidatable",
  head,
  health: healthOf("1.2"),
  treasury: { head, amounts: new Map() },
};
const healthy: Judgement = { kind: "healthy", head, health: healthOf("0.9") };

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

const ready: Preparation = {
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
function setUp(script: Script) {
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

describe("workPosition", () => {
  it("commits again and again while the CDP stays over the line, and then just ends", async () => {
    const { work, events } = setUp({
      judgements: [over, over, healthy],
      preparations: [ready, ready],
      finals: ["liquidated", "liquidated"],
    });
    await work();
    expect(events).toEqual([
      ...["executor taken", "judge", "prepare 4", "reserve 4", "submit 4", "executor free"],
      "finish 4 liquidated",
      ...["executor taken from the back", "judge", "prepare 5", "reserve 5", "submit 5"],
      ...["executor free", "finish 5 liquidated"],
      ...["executor taken from the back", "judge", "executor free"],
    ]);
  });

  it("a healed CDP is a cheap ending with its numbers", async () => {
    const { work, settled } = setUp({ judgements: [healthy] });
    await work();
    expect(settled).toMatchObject([
      {
        ending: "stale",
        attempt: 4,
        observedStateVersion: 1_000n,
        transaction: null,
        detail: "liquidation_ltv 0.9, loans 144 XRD, collateral 150 XRD",
      },
    ]);
  });

  it.each([
    ["bad_debt", { kind: "bad_debt", head, health: healthOf("9") }],
    ["stale", { kind: "gone", head, detail: "there is no such CDP" }],
  ] as const)("%s is an ending, and nothing is planned", async (ending, judgement) => {
    const { work, settled, events } = setUp({ judgements: [judgement] });
    await work();
    expect(settled.map((s) => s.ending)).toEqual([ending]);
    expect(events.some((event) => event.startsWith("prepare"))).toBe(false);
  });

  it.each(["unprofitable", "dry_run"] as const)(
    "%s ends before anything is signed",
    async (kind) => {
      const { work, events } = setUp({
        judgements: [over],
        preparations: [{ kind, detail: "the numbers" }],
      });
      await work();
      expect(events).toContain(`settle 4 ${kind}`);
      expect(events.some((event) => event.startsWith("submit"))).toBe(false);
    },
  );

  it.each([
    ["outcompeted", healthy],
    ["outcompeted", { kind: "gone", head, detail: "the CDP is burned" }],
    ["bad_debt", { kind: "bad_debt", head, health: healthOf("9") }],
    ["rejected", over],
  ] as const)(
    "a failed preview is %s by what the CDP is now, not by the error's text",
    async (ending, again) => {
      const { work, settled } = setUp({
        judgements: [over, again],
        preparations: [{ kind: "preview_failed", detail: "some text" }],
      });
      await work();
      expect(settled.map((s) => s.ending)).toEqual([ending]);
    },
  );

  it("plans once more from what is left when the funds have just gone to others", async () => {
    const { work, events } = setUp({
      judgements: [over, over, healthy],
      preparations: [ready, ready],
      fundings: [{ kind: "short", detail: "5 too few" }],
      finals: ["liquidated"],
    });
    await work();
    expect(events.slice(0, 8)).toEqual([
      ...["executor taken", "judge", "prepare 4", "short 4"],
      ...["judge", "prepare 4", "reserve 4", "submit 4"],
    ]);
  });

  it("signs nothing without funds: the candidate waits, through no fault of its own", async () => {
    const detail = "5 of resource_sim1debt too few";
    const short = { kind: "short", detail } as const;
    const { work, events, settled } = setUp({
      judgements: [over, over],
      preparations: [ready, ready],
      fundings: [short, short],
    });
    await expect(work()).rejects.toMatchObject({
      code: "funds_promised",
      disposition: "retry",
      message: "5 of resource_sim1debt too few",
    });
    expect(events.some((event) => event.startsWith("submit"))).toBe(false);
    expect(settled).toEqual([]);
  });

  it("a transaction that failed on ledger ends the attempt without another one", async () => {
    const { work, events } = setUp({
      judgements: [over],
      preparations: [ready],
      finals: ["failed_on_ledger"],
    });
    await work();
    expect(events.at(-1)).toBe("finish 4 failed_on_ledger");
  });

  it("an unfinal attempt is finished first, and only then is the CDP judged", async () => {
    const { work, events } = setUp({ judgements: [healthy], finals: ["liquidated"] });
    await work({ record: { ...emptyRecord, unfinal: signed } });
    expect(events).toEqual([
      "finish 4 liquidated",
      "executor taken from the back",
      "judge",
      "executor free",
    ]);
  });

  it("after another worker's attempt the CDP may need one more, under the next number", async () => {
    const { work, events } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated", "liquidated"],
    });
    await work({ record: { ...emptyRecord, unfinal: signed } });
    expect(events.filter((event) => event.startsWith("finish"))).toEqual([
      "finish 4 liquidated",
      "finish 5 liquidated",
    ]);
  });

  it("another run's attempt answers only for its own candidate: a CDP that is healthy now is stale", async () => {
    const { work, events } = setUp({ judgements: [healthy], finals: ["liquidated"] });
    await work({
      record: { ...emptyRecord, unfinal: { ...signed, runId: "20261120T215000Z" } },
    });
    expect(events).toContain("settle 5 stale");
  });

  it("believes no head older than the candidate, the last ending and its own last commit", async () => {
    const { work, knownVersions } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("liquidated", 902n) } });
    expect(knownVersions).toEqual([902n, 1_004n]);
    const first = setUp({ judgements: [healthy] });
    await first.work();
    expect(first.knownVersions).toEqual([900n]);
  });

  it("a candidate no newer than the last decision is superseded, without asking the ledger", async () => {
    const { work, events, settled } = setUp({});
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("stale", 900n) } });
    expect(events).toEqual(["settle 4 superseded"]);
    expect(settled[0]?.observedStateVersion).toBe(900n);
  });

  it("a candidate newer than the last decision by one state version is worked on", async () => {
    const { work, events } = setUp({ judgements: [healthy] });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("stale", 899n) } });
    expect(events).toContain("settle 4 stale");
  });

  it("a candidate that comes again after a worker died between two commits is worked on to its end", async () => {
    const { work, events } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("liquidated", 950n) } });
    expect(events).toContain("finish 4 liquidated");
  });

  it("an intent that the ledger never took up decided nothing, however late that was known", async () => {
    const { work, events } = setUp({
      judgements: [over, healthy],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("rejected", 990n) } });
    expect(events).toContain("finish 4 liquidated");
  });

  it("an expired candidate decides nothing for those that follow", async () => {
    const { work, settled } = setUp({ ledgerNow: "2026-11-20T22:05:00.001Z" });
    await work();
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("stale", 890n) } });
    await work({ record: { ...emptyRecord, lastFinal: lastFinal("liquidated", 890n) } });
    expect(settled.map((s) => s.observedStateVersion)).toEqual([0n, 890n, 0n]);
  });

  const unreadable = new AppError("cdp_unreadable", "get_cdp of #1006# failed: no price", {
    disposition: "retry",
  });

  it("a CDP that the ledger cannot value ends as rejected, for reasons of its own", async () => {
    const { work, settled } = setUp({ judgements: [unreadable] });
    await work();
    expect(settled).toMatchObject([
      {
        ending: "rejected",
        ownFailure: "cdp_unreadable",
        observedStateVersion: 900n,
        detail: "get_cdp of #1006# failed: no price",
      },
    ]);
  });

  it("any other failure of the judge is none of the CDP", async () => {
    const { work, settled } = setUp({ judgements: [new Error("no answer")] });
    await expect(work()).rejects.toThrow("no answer");
    expect(settled).toEqual([]);
  });

  it("a preview that fails while the CDP is still over the line is the CDP's own failure", async () => {
    const { work, settled } = setUp({
      judgements: [over, over, over, healthy],
      preparations: [
        { kind: "preview_failed", detail: "text" },
        { kind: "preview_failed", detail: "text" },
      ],
    });
    await work();
    await work();
    expect(settled.map(({ ending, ownFailure }) => [ending, ownFailure])).toEqual([
      ["rejected", "preview_failed"],
      ["outcompeted", null],
    ]);
  });

  const quarantine = {
    reason: "preview_failed",
    failures: 2,
    sinceMs: 0,
    untilMs: Date.parse("2026-11-20T22:00:00.001Z"),
    cdpFingerprint: candidate.cdpFingerprint,
  };

  it("a CDP in quarantine is left alone, without asking the ledger", async () => {
    const { work, events, settled } = setUp({});
    await work({ record: { ...emptyRecord, quarantine } });
    expect(events).toEqual(["settle 4 quarantined"]);
    expect(settled[0]?.detail).toBe(
      "preview_failed, 2 in a row; left alone until 2026-11-20T22:00:00.001Z",
    );
  });

  it.each([
    ["its time is over", { ...quarantine, untilMs: Date.parse("2026-11-20T22:00:00Z") }],
    ["the CDP has changed", { ...quarantine, cdpFingerprint: "ffffffffffffffff" }],
  ])("it is tried again once %s", async (_when, over) => {
    const { work, events } = setUp({ judgements: [healthy] });
    await work({ record: { ...emptyRecord, quarantine: over } });
    expect(events).toContain("settle 4 stale");
  });

  it.each([
    ["its own run's", signed.runId, ["finish 4 failed_on_ledger"]],
    ["another run's", "20261120T215000Z", ["finish 4 failed_on_ledger", "settle 5 quarantined"]],
  ])(
    "after an attempt of %s has failed on ledger none follows",
    async (_whose, runId, expected) => {
      const { work, events } = setUp({ finals: ["failed_on_ledger"] });
      await work({ record: { ...emptyRecord, unfinal: { ...signed, runId } } });
      expect(events).toEqual(expected);
    },
  );

  it("what such a failure was seen at is not forgotten by the ending that follows it", async () => {
    const { work, settled } = setUp({ finals: ["failed_on_ledger"] });
    await work({ record: { ...emptyRecord, unfinal: { ...signed, runId: "20261120T215000Z" } } });
    expect(settled.map((s) => s.observedStateVersion)).toEqual([1_004n]);
  });

  it("an expired candidate is superseded", async () => {
    const { work, events } = setUp({ ledgerNow: "2026-11-20T22:05:00.001Z" });
    await work();
    expect(events).toEqual(["settle 4 superseded"]);
  });

  it("begins no attempt once the process stops, and gives the message back", async () => {
    const { work, events } = setUp({ stopping: AbortSignal.abort() });
    await expect(work()).rejects.toMatchObject({ code: "stopping", disposition: "retry" });
    expect(events).toEqual([]);
  });

  it("begins no attempt when the stop came while it waited for an executor", async () => {
    const stop = new AbortController();
    const { work, events } = setUp({
      stopping: stop.signal,
      whileWaiting: () => stop.abort(),
      judgements: [over],
      preparations: [ready],
      finals: ["liquidated"],
    });
    await expect(work()).rejects.toMatchObject({ code: "stopping", disposition: "retry" });
    expect(events).toEqual(["executor taken"]);
  });
});
