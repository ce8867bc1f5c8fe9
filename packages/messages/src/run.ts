import { z } from "zod";
import { decimalText, instant, runId, traceId, u64Text } from "./fields.ts";

const count = z.number().int().min(0);

/** What a run set out to scan, written by the dispatcher before the first batch is sent. */
export const runManifestSchema = z.strictObject({
  version: z.literal(1),
  runId,
  scheduledAt: instant,
  stateVersion: u64Text,
  ledgerTime: instant,
  /** Ids ever minted: burned ones count, and are skipped by the indexer. */
  expected: count,
  batchSize: z.number().int().min(1),
  batchCount: count,
  /** The market's own count of CDPs; a run whose `expected` differs from it alarms. */
  marketCdpCounter: u64Text.nullable(),
  /** How the ids are made: as many integers in a row as expected, from `first` on; or read again at the pinned state. */
  ids: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("consecutive"), first: count }),
    z.strictObject({ kind: z.literal("listed") }),
  ]),
  /** The run that began before this one, which supersedes it and closes its books. */
  previousRunId: runId.nullable(),
  traceId,
});

export type RunManifest = z.infer<typeof runManifestSchema>;

const skipped = z.record(z.enum(["burned", "unknown", "superseded"]), count);
const failed = z.record(z.enum(["undecodable", "unconfirmed"]), count);
const verdicts = z.record(
  z.enum(["no_debt", "healthy", "liquidatable", "bad_debt", "unverified"]),
  count,
);

/** What of a batch may soon have to be liquidated: the next run sends first what has most of it. */
const risk = z.strictObject({
  /** Value owed by CDPs over the line, within a tenth of it, or at a distance that nobody could tell; bad debt is none of it. XRD. */
  atRiskXrd: decimalText,
  /** Greatest known liquidation loan-to-value of a CDP that owes, bad debt left out; null when there is none. */
  highestLtv: decimalText.nullable(),
});

/**
 * The books of one batch: `expected = scanned + skipped + failed`, each with its reasons.
 * Written by the indexer under a key that depends on run and batch only, so that a redelivery overwrites it with the same.
 */
export const batchSummarySchema = z
  .strictObject({
    version: z.literal(1),
    runId,
    batchIndex: z.number().int().min(0),
    stateVersion: u64Text,
    expected: count,
    scanned: count,
    skipped,
    failed,
    /** Of the scanned: how each was judged. */
    verdicts,
    candidates: count,
    /** Value owed by the CDPs that could be valued, XRD: the sum of `loan_value_xrd` in the snapshot. */
    loanValueXrd: decimalText,
    collateralValueXrd: decimalText,
    risk,
    startedAt: instant,
    finishedAt: instant,
  })
  .refine(
    (s) => s.expected === s.scanned + sum(s.skipped) + sum(s.failed),
    "expected must equal scanned + skipped + failed",
  )
  .refine((s) => s.scanned === sum(s.verdicts), "scanned must equal the sum of the verdicts");

export type BatchSummary = z.infer<typeof batchSummarySchema>;

/**
 * The books of one run, closed by the runs after it: `expected = scanned + skipped + failed + missing`.
 * What is missing was not reported by then: its batch is still on its way, and the run after looks again; or it is lost,
 * and the books are settled.
 */
export const coverageSchema = z
  .strictObject({
    version: z.literal(1),
    runId,
    expected: count,
    scanned: count,
    skipped,
    failed,
    missing: count,
    verdicts,
    candidates: count,
    loanValueXrd: decimalText,
    collateralValueXrd: decimalText,
    batchCount: count,
    /** Which batches have not reported, in order. */
    missingBatches: z.array(count),
    /** Nothing will change any more: nothing is missing, or what is missing is on no queue. */
    settled: z.boolean(),
    /** Books of a run before are not settled yet: who settles books has to look beyond this run. */
    earlierOpen: z.boolean(),
    /** The run that last closed the books, and when. */
    closedByRunId: runId,
    closedAt: instant,
  })
  .refine(
    (c) => c.expected === c.scanned + sum(c.skipped) + sum(c.failed) + c.missing,
    "expected must equal scanned + skipped + failed + missing",
  )
  .refine((c) => c.scanned === sum(c.verdicts), "scanned must equal the sum of the verdicts")
  .refine((c) => c.settled || c.missing > 0, "nothing is missing: the books are settled");

export type Coverage = z.infer<typeof coverageSchema>;

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
