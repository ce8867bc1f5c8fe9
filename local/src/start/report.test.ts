import { expect, test } from "vitest";
import { parseFlags } from "./flags.ts";
import { digestOf, type RunResult, reportOf } from "./report.ts";
import {
  overLine,
  RUN_ID,
  sampleAudit,
  sampleLiquidation,
  sampleManifest,
  sampleOutcome,
  sampleSummary,
} from "./sample-records.ts";
import { summaryLines } from "./summary.ts";
import { judge } from "./verdict.ts";

const prices = {
  accepted: { within_limits: 7 },
  suspect: { outside_band: 2, first_seen: 1 },
};

function sampleResult(audit: RunResult["audit"]): RunResult {
  const flags = parseFlags(["--seed", "7", "--cdps", "10"]);
  if (flags.kind !== "run") throw new Error("these flags are fine");
  const books = { manifest: sampleManifest(), summaries: [sampleSummary()] };
  const outcomes = [sampleOutcome()];
  return {
    options: flags.options,
    rounds: [{ number: 1, books, prices, wallMs: 1_500.4 }],
    outcomes,
    audit,
    verdict: judge({ runs: [books], outcomes, audit, parked: [], treasury: null, dryRun: false }),
    gatewayRequests: { reads: 1234, previews: 2, transactions: 3 },
    restarts: new Map([["indexer-1", 1]]),
    wallMs: 2_345.6,
  };
}

const places = {
  snapshots: "s3/snapshots",
  outcomes: "s3/outcomes",
  logs: "logs",
  report: "r.json",
};
const endings = {
  liquidated: 1,
  stale: 0,
  outcompeted: 0,
  unprofitable: 0,
  bad_debt: 0,
  price_suspect: 0,
  quarantined: 0,
  rejected: 0,
  failed_on_ledger: 0,
  dry_run: 0,
  superseded: 0,
};

test("the report holds every figure of the run", () => {
  const coverage = { expected: 10, scanned: 8, skipped: 2, failed: 0 };
  expect(reportOf(sampleResult(sampleAudit()))).toEqual({
    version: 1,
    ok: true,
    violations: [],
    network: "simulator",
    dryRun: false,
    seed: 7,
    cdps: 10,
    coverage,
    rounds: [
      {
        round: 1,
        runId: RUN_ID,
        stateVersion: "1000",
        coverage,
        candidates: 1,
        endings,
        prices,
        unverified: 0,
        wallMs: 1500,
      },
    ],
    candidates: 1,
    endings,
    funding: { inventory: 1, flash_redeem: 0, flash_swap: 0, nft: 0 },
    commits: 1,
    doubleCommits: 0,
    missed: 0,
    wronglyTouched: 0,
    overLine: { badDebt: 0, exempt: 0, unprofitable: 0, held: 0, missed: 0 },
    gatewayRequests: { reads: 1234, previews: 2, transactions: 3 },
    latencyMs: {
      queuedToSubmitted: { p50: 120, p95: 120, p99: 120 },
      submittedToCommitted: { p50: 500, p95: 500, p99: 500 },
    },
    profitXrd: "20.25",
    restarts: { "indexer-1": 1 },
    // sha256 of "#7#:resource_usd=10:resource_xrd=500.5"
    liquidationsDigest: "2e97166f17a74bcbf679968dc196b3493e7bb473b6f6942ec10b08bc4c4153b3",
    wallMs: 2346,
  });
});

test("the digest knows what was liquidated, not when, by which transaction or in which order", () => {
  const other = sampleLiquidation({ cdpId: "#8#" });
  const later = sampleLiquidation({ intentHash: "txid_other", stateVersion: 2000 });
  expect(digestOf([sampleLiquidation(), other])).toBe(digestOf([other, later]));
  const more = sampleLiquidation({ paid: [{ resource: "resource_usd", amount: "11" }] });
  expect(digestOf([more, other])).not.toBe(digestOf([later, other]));
});

test("the summary says it to a person and passes", () => {
  const audit = sampleAudit({ overLine: [overLine("#1#", { badDebt: true })] });
  const report = reportOf(sampleResult(audit));
  expect(summaryLines(report, audit, places)).toEqual([
    "",
    "  positions      10 minted: 8 live, 2 burned",
    "  over the line  1 at the end: 1 bad debt",
    "  coverage       round 1: 10 = 8 scanned + 2 skipped + 0 failed",
    "  prices         round 1: believed: 7 within limits; suspect: 2 outside band, 1 first seen",
    "  candidates     1",
    "  endings        1 liquidated",
    "  paid for by    1 inventory, 0 flash_redeem, 0 flash_swap, 0 nft",
    "  profit         20.25 XRD after fees",
    "  latency        candidate queued to submitted     p50 120 ms, p95 120 ms, p99 120 ms",
    "                 submitted to known as committed   p50 500 ms, p95 500 ms, p99 500 ms",
    "  gateway        1 234 reads, 2 previews, 3 transactions",
    "  restarts       indexer-1 once",
    "  snapshots      s3/snapshots",
    "  outcomes       s3/outcomes",
    "  logs           logs",
    "  report         r.json",
    "",
    "PASS in 2.3 s: every position over the line was liquidated until it was not,",
    "none under it was touched, and all books add up",
  ]);
});

test("a failure names each violated rule", () => {
  const audit = sampleAudit({ wronglyTouched: ["#5#"], overLine: [overLine("#6#")] });
  const report = reportOf(sampleResult(audit));
  expect(report).toMatchObject({ ok: false, missed: 1, wronglyTouched: 1 });
  expect(summaryLines(report, audit, places).slice(-3)).toEqual([
    "FAIL in 2.3 s:",
    "  - 1 position over the line and not liquidated: #6#",
    "  - 1 position touched by a liquidation although not over the line: #5#",
  ]);
});

test("a rehearsal on a public network claims no more than it saw", () => {
  const report = reportOf({ ...sampleResult(null), gatewayRequests: null, restarts: new Map() });
  const lines = summaryLines(report, null, { ...places, report: null });
  expect(lines).not.toContainEqual(expect.stringMatching(/profit|over the line|gateway/));
  expect(lines.at(-1)).toBe("DONE in 2.3 s: every position was read; nothing was signed");
});

test("a dry run says that nothing was signed, instead of that all was liquidated", () => {
  const audit = sampleAudit({ liquidations: [] });
  const result = sampleResult(audit);
  const report = reportOf({ ...result, options: { ...result.options, dryRun: true } });
  expect(summaryLines({ ...report, ok: true }, audit, places).slice(-2)).toEqual([
    "PASS in 2.3 s: nothing was signed, each position over the line was planned for,",
    "and all books add up",
  ]);
});
