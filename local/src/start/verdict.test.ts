import { parseDecimal } from "@weft/protocol";
import { expect, test } from "vitest";
import {
  overLine,
  RUN_ID,
  sampleAudit,
  sampleLiquidation,
  sampleManifest,
  sampleOutcome,
  sampleSummary,
} from "./sample-records.ts";
import { type Evidence, judge } from "./verdict.ts";

const calm: Evidence = {
  runs: [{ manifest: sampleManifest(), summaries: [sampleSummary()] }],
  outcomes: [sampleOutcome()],
  audit: sampleAudit(),
  parked: [{ queue: "index-dlq", messages: 0 }],
  treasury: null,
  dryRun: false,
};

const violationsOf = (changes: Partial<Evidence>) => judge({ ...calm, ...changes }).violations;

test("books that agree with the ledger's are fine", () => {
  expect(judge(calm)).toEqual({
    ok: true,
    violations: [],
    overLine: { badDebt: [], exempt: [], unprofitable: [], held: [], missed: [] },
    doubleCommits: 0,
    wronglyTouched: 0,
  });
});

test("a position over the line is excused by bad debt, by exemption, and by what the last run recorded", () => {
  const verdict = judge({
    ...calm,
    audit: sampleAudit({
      overLine: [
        overLine("#1#", { badDebt: true }),
        overLine("#2#", { exempt: true }),
        overLine("#3#"),
        overLine("#4#"),
      ],
    }),
    outcomes: [
      sampleOutcome(),
      sampleOutcome({ cdpId: "#3#", attempt: 1, ending: "unprofitable", transaction: null }),
      sampleOutcome({ cdpId: "#3#", attempt: 0, ending: "stale", transaction: null }),
      sampleOutcome({ cdpId: "#4#", ending: "quarantined", transaction: null }),
    ],
  });
  expect(verdict.ok).toBe(true);
  expect(verdict.overLine).toEqual({
    badDebt: ["#1#"],
    exempt: ["#2#"],
    unprofitable: ["#3#"],
    held: ["#4#"],
    missed: [],
  });
});

test("a dry run excuses what it only rehearsed, and must not have liquidated anything", () => {
  const rehearsed = {
    audit: sampleAudit({ overLine: [overLine("#4#")], liquidations: [] }),
    outcomes: [sampleOutcome({ cdpId: "#4#", ending: "dry_run", transaction: null })],
  };
  expect(violationsOf({ ...rehearsed, dryRun: true })).toEqual([]);
  expect(violationsOf({ ...rehearsed, dryRun: false })).toEqual([
    "1 position over the line and not liquidated: #4#",
  ]);
  expect(violationsOf({ dryRun: true })).toEqual(["1 position liquidated in a dry run: #7#"]);
});

test("one that only an earlier run found unprofitable is missed", () => {
  const before = "20261120T215000Z";
  expect(
    violationsOf({
      audit: sampleAudit({ overLine: [overLine("#3#")] }),
      outcomes: [
        sampleOutcome(),
        sampleOutcome({ cdpId: "#3#", runId: before, ending: "unprofitable", transaction: null }),
      ],
    }),
  ).toEqual(["1 position over the line and not liquidated: #3#"]);
});

test("many are counted and some named", () => {
  const ids = ["#1#", "#2#", "#3#", "#4#", "#5#", "#6#", "#7#"];
  expect(violationsOf({ audit: sampleAudit({ overLine: ids.map((id) => overLine(id)) }) })).toEqual(
    ["7 positions over the line and not liquidated: #1#, #2#, #3#, #4#, #5# and 2 more"],
  );
});

test.each([
  [
    "a batch without a summary",
    { runs: [{ manifest: sampleManifest({ batchCount: 2 }), summaries: [sampleSummary()] }] },
    [`run ${RUN_ID}: 1 of 2 batches have a summary`],
  ],
  [
    "positions that nobody accounts for",
    { runs: [{ manifest: sampleManifest({ expected: 11 }), summaries: [sampleSummary()] }] },
    [
      `run ${RUN_ID}: 11 positions expected, 8 scanned + 2 skipped + 0 failed`,
      "the last run expected 11 positions, the ledger minted 10",
    ],
  ],
  [
    "positions that could not be read",
    {
      runs: [
        {
          manifest: sampleManifest(),
          summaries: [sampleSummary({ scanned: 7, failed: { undecodable: 1, unconfirmed: 0 } })],
        },
      ],
    },
    [`run ${RUN_ID}: 1 positions could not be read`, "the last run scanned 7 positions, 8 live"],
  ],
  [
    "a message set aside",
    { parked: [{ queue: "index-dlq", messages: 1 }] },
    ["1 message set aside in index-dlq"],
  ],
  ["no run at all", { runs: [] }, ["no run was made"]],
  [
    "a healthy position that was touched",
    { audit: sampleAudit({ wronglyTouched: ["#5#"] }) },
    ["1 position touched by a liquidation although not over the line: #5#"],
  ],
  [
    "two intents unfinal together",
    {
      audit: sampleAudit({
        unfinalTogether: [{ cdpId: "#7#", intentHashes: ["txid_a", "txid_b"] }],
      }),
    },
    ["1 position with two intents unfinal together: #7#"],
  ],
  [
    "a liquidation without a record",
    { outcomes: [] },
    ["1 position liquidated on the ledger without a record: #7#"],
  ],
  [
    "a record without a liquidation",
    { audit: sampleAudit({ liquidations: [] }) },
    ["1 position recorded as liquidated although the ledger committed nothing: #7#"],
  ],
  [
    "a liquidation recorded under two attempts",
    { outcomes: [sampleOutcome(), sampleOutcome({ attempt: 1 })] },
    ["1 position with one liquidation recorded twice: #7#"],
  ],
  [
    "a record under the wrong id",
    { outcomes: [sampleOutcome({ cdpId: "#8#" })] },
    ["1 position recorded under another CDP's id: #7#"],
  ],
  [
    "a payment that differs in its last digit",
    {
      outcomes: [
        sampleOutcome({ paid: [{ resource: "resource_usd", amount: "10.000000000000000001" }] }),
      ],
    },
    ["1 position whose record of what was paid differs from the ledger: #7#"],
  ],
  [
    "a seizure that differs",
    { outcomes: [sampleOutcome({ seized: [] })] },
    ["1 position whose record of what was seized differs from the ledger: #7#"],
  ],
  [
    "a resource that is not conserved",
    {
      audit: sampleAudit({
        imbalances: [{ resource: "resource_usd", expected: "100", actual: "99" }],
      }),
    },
    ["resource_usd is not conserved: 99 where 100 was put in"],
  ],
])("%s is a violation", (_name, changes, violations) => {
  expect(violationsOf(changes)).toEqual(violations);
});

test("a reservation that outlives the work, and a fee that is not counted, are violations", () => {
  const hold = {
    ...{ cdpId: "#7#", attempt: 1, fence: 2, reservedAtMs: 0 },
    amounts: new Map(),
    feeXrd: parseDecimal("10"),
  };
  const counted = (xrd: string) => new Map([[494_013, parseDecimal(xrd)]]);
  expect(violationsOf({ treasury: { holds: [], feesXrd: counted("0.5") } })).toEqual([]);
  expect(violationsOf({ treasury: { holds: [hold], feesXrd: counted("0.4") } })).toEqual([
    "funds still reserved for attempt 1 on #7#",
    "0.4 XRD of fees counted against the hourly ceiling, 0.5 recorded",
  ]);
});

test("two commits of one attempt are a double, though each has its record", () => {
  const second = { ...sampleOutcome().transaction, intentHash: "txid_two" };
  const verdict = judge({
    ...calm,
    audit: sampleAudit({
      liquidations: [sampleLiquidation(), sampleLiquidation({ intentHash: "txid_two" })],
    }),
    outcomes: [
      sampleOutcome(),
      sampleOutcome({
        runId: "20261120T220000Z",
        transaction: second as NonNullable<ReturnType<typeof sampleOutcome>["transaction"]>,
      }),
    ],
  });
  expect(verdict.doubleCommits).toBe(1);
  expect(verdict.violations).toEqual(["1 position with two commits of one attempt: #7# attempt 0"]);
});

test("without an audit the programs' own books decide", () => {
  expect(judge({ ...calm, audit: null, outcomes: [] })).toEqual({
    ok: true,
    violations: [],
    overLine: null,
    doubleCommits: 0,
    wronglyTouched: 0,
  });
});
