import type { Candidate, Outcome } from "@weft/messages";
import { expect, test } from "vitest";
import type { Audit } from "../../../local/src/simulator/ledger/types.ts";
import { burstBooks } from "./burst-books.ts";

const STARTED_AT = "2026-11-20T12:00:00.000Z";
const RUN = "20261120T120000Z";

const candidateOf = (cdpId: string, queuedAt: string) =>
  ({ cdpId, runId: RUN, queuedAt }) as Candidate;
const outcomeOf = (cdpId: string, submittedAt: string | null, change: Partial<Outcome> = {}) =>
  ({
    ...{ cdpId, runId: RUN, attempt: 0, ending: "liquidated" },
    transaction: submittedAt === null ? null : { intentHash: `txid_${cdpId}` },
    times: { submittedAt },
    ...change,
  }) as Outcome;
const auditOf = (intentHashes: readonly string[], change: Partial<Audit> = {}) =>
  ({
    liquidations: intentHashes.map((intentHash) => ({ intentHash })),
    ...{ unfinalTogether: [], wronglyTouched: [] },
    ...change,
  }) as unknown as Audit;

const candidates = [
  candidateOf("#1#", "2026-11-20T12:00:00.100Z"),
  candidateOf("#2#", "2026-11-20T12:00:00.200Z"),
  candidateOf("#3#", "2026-11-20T12:00:00.300Z"),
];
const books = (outcomes: readonly Outcome[], after: Audit, before = auditOf(["txid_floor"])) =>
  burstBooks(candidates, outcomes, { before, after }, Date.parse(STARTED_AT));

const liquidatedTwice = [
  outcomeOf("#1#", "2026-11-20T12:00:09.000Z", {
    attempt: 1,
    transaction: { intentHash: "txid_again" } as never,
  }),
  outcomeOf("#1#", "2026-11-20T12:00:01.100Z"),
  outcomeOf("#2#", "2026-11-20T12:00:03.200Z"),
];
const theirs = auditOf(["txid_floor", "txid_#1#", "txid_again", "txid_#2#"]);

test("a candidate counts by its first submission, and one of which nothing is recorded is lost", () => {
  expect(books(liquidatedTwice, theirs)).toEqual({
    ...{ submitted: 2, lost: 1, doubled: 0, liquidated: 3, endings: { liquidated: 2 } },
    ...{ lastSubmitMs: 3_200, p50: 1_000, p95: 3_000, p99: 3_000, max: 3_000 },
  });
});

test("a candidate that ended without a transaction is neither submitted nor lost", () => {
  const stale = outcomeOf("#3#", null, { ending: "stale" });
  expect(books([...liquidatedTwice, stale], theirs)).toMatchObject({
    ...{ submitted: 2, lost: 0, endings: { liquidated: 2, stale: 1 } },
  });
});

test("outcomes of another run say nothing of the burst", () => {
  const before = outcomeOf("#3#", "2026-11-20T11:00:00.000Z", { runId: "20261120T110000Z" });
  expect(books([...liquidatedTwice, before], theirs)).toMatchObject({ submitted: 2, lost: 1 });
});

test("what the ledger has and nobody recorded, two intents at once and a healthy CDP are all doubled", () => {
  expect(books(liquidatedTwice, auditOf(["txid_floor", "txid_unheard"])).doubled).toBe(1);
  const together = auditOf([], { unfinalTogether: [{ cdpId: "#1#", intentHashes: [] }] });
  expect(books(liquidatedTwice, together).doubled).toBe(1);
  const touched = auditOf([], { wronglyTouched: ["#1#"] });
  expect(books(liquidatedTwice, touched).doubled).toBe(1);
  expect(books(liquidatedTwice, touched, touched).doubled).toBe(0);
});
