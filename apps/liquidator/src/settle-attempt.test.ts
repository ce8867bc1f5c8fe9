import type { Outcome } from "@weft/messages";
import { outcomeSchema } from "@weft/messages";
import { parseDecimal } from "@weft/protocol";
import { expect, it } from "vitest";
import { type Settlement, settleAttempt } from "./settle-attempt.ts";

const signal = new AbortController().signal;

const liquidated: Settlement = {
  cdpId: "#1006#",
  runId: "20261120T215500Z",
  attempt: 4,
  ending: "liquidated",
  detail: "committed at state version 1010",
  ownFailure: null,
  observedStateVersion: 1_010n,
  context: {
    liquidationLtvBefore: "1.2",
    pricesXrd: { resource_sim1debt: "2", resource_sim1coll: "1.5", resource_sim1xrd: "1" },
    funding: "inventory",
    cdpFingerprint: "0011223344556677",
    queuedAt: "2026-11-20T21:55:03.000Z",
    receivedAt: "2026-11-20T21:55:04.000Z",
    traceId: "0123456789abcdef0123456789abcdef",
  },
  transaction: {
    intentHash: "txid_sim1abc",
    endEpochExclusive: 102,
    submittedAtMs: Date.parse("2026-11-20T21:55:05Z"),
    finalAtMs: Date.parse("2026-11-20T21:55:09Z"),
    commit: {
      stateVersion: 1_010n,
      feeXrd: parseDecimal("0.5"),
      confirmedAtMs: 0,
      paid: [{ cdpId: "#1006#", resource: "resource_sim1debt", amount: parseDecimal("100") }],
      seized: [{ cdpId: "#1006#", resource: "resource_sim1coll", amount: parseDecimal("142") }],
      bonusFees: [
        {
          resource: "resource_sim1coll",
          fee: parseDecimal("6"),
          protocolFee: parseDecimal("1.2"),
        },
      ],
      seizedNfts: [],
      unreadableEvents: [],
      accountChanges: new Map([
        ["resource_sim1debt", parseDecimal("-100")],
        ["resource_sim1coll", parseDecimal("140.8")],
        ["resource_sim1xrd", parseDecimal("-0.5")],
      ]),
    },
  },
};

const quarantine = {
  reason: "failed_on_ledger",
  failures: 1,
  sinceMs: 0,
  untilMs: 300_000,
  cdpFingerprint: "0011223344556677",
};

function setUp(confirmLease = () => Promise.resolve()) {
  const events: string[] = [];
  const outcomes: Outcome[] = [];
  return {
    events,
    outcomes,
    settle: (settlement: Settlement) =>
      settleAttempt(
        settlement,
        {
          confirmLease,
          putOutcome: (key, outcome) => {
            events.push(`put ${key}`);
            outcomes.push(outcome);
            return Promise.resolve();
          },
          settleHold: ({ attempt, commit }) => {
            events.push(`settle hold ${attempt} of ${commit?.stateVersion}`);
            return Promise.resolve();
          },
          quarantineAfter: ({ ownFailure }) =>
            Promise.resolve(ownFailure === null ? undefined : quarantine),
          recordFinal: ({ intentHash, attempt, ending, observedStateVersion, ...rest }) => {
            const resting = rest.quarantine ? ` until ${rest.quarantine.untilMs}` : "";
            events.push(
              `final ${attempt} ${ending} of ${intentHash} at ${observedStateVersion}${resting}`,
            );
            return Promise.resolve();
          },
          wallMs: () => Date.parse("2026-11-20T21:55:10Z"),
          observe: () => events.push("observed"),
        },
        signal,
      ),
  };
}

it("puts the CDP into quarantine with the same write that ends the attempt", async () => {
  const { settle, events } = setUp();
  await settle({ ...liquidated, ending: "failed_on_ledger", ownFailure: "failed_on_ledger" });
  expect(events[2]).toBe("final 4 failed_on_ledger of txid_sim1abc at 1010 until 300000");
});

it("writes the outcome and settles what was reserved before the table calls the attempt final", async () => {
  const { settle, events } = setUp();
  await settle(liquidated);
  expect(events).toEqual([
    "put outcomes/run=20261120T215500Z/cdp=1006/0004.json",
    "settle hold 4 of 1010",
    "final 4 liquidated of txid_sim1abc at 1010",
    "observed",
  ]);
});

it("writes nothing over the outcome of a worker that took over", async () => {
  const { settle, events } = setUp(() => Promise.reject(new Error("lease 3 is lost")));
  await expect(settle(liquidated)).rejects.toThrow("lease 3 is lost");
  expect(events).toEqual([]);
});

it("counts what came to us, (142 - 1.2) x 1.5 - 100 x 2 - 0.5 = 10.7 XRD", async () => {
  const { settle, outcomes } = setUp();
  await settle(liquidated);
  expect(outcomeSchema.parse(outcomes[0])).toMatchObject({
    profitXrd: "10.7",
    paid: [{ resource: "resource_sim1debt", amount: "100" }],
    seized: [{ resource: "resource_sim1coll", amount: "140.8" }],
    transaction: { intentHash: "txid_sim1abc", committedStateVersion: "1010", feeXrd: "0.5" },
    times: {
      submittedAt: "2026-11-20T21:55:05.000Z",
      committedAt: "2026-11-20T21:55:09.000Z",
      endedAt: "2026-11-20T21:55:10.000Z",
    },
  });
});

it("counts no profit where the events say only part of what came", async () => {
  const { settle, outcomes, events } = setUp();
  const { transaction } = liquidated;
  const unreadableEvents = ["CDPRemoveNFTCollateralForLiquidation: no SBOR value"];
  const commit = transaction?.commit ? { ...transaction.commit, unreadableEvents } : null;
  await settle({ ...liquidated, transaction: transaction && { ...transaction, commit } });
  expect(outcomes).toMatchObject([{ ending: "liquidated", profitXrd: null }]);
  expect(events).toContain("settle hold 4 of 1010");
});

it("an ending without a transaction has no profit, no amounts and no times of submission", async () => {
  const { settle, outcomes, events } = setUp();
  await settle({ ...liquidated, ending: "stale", transaction: null });
  expect(events.filter((event) => event.startsWith("settle hold"))).toEqual([]);
  expect(outcomeSchema.parse(outcomes[0])).toMatchObject({
    ending: "stale",
    transaction: null,
    profitXrd: null,
    paid: [],
    times: { submittedAt: null, committedAt: null },
  });
});
