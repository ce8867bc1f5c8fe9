import type { Candidate, Outcome } from "@weft/messages";
import { expect, test } from "vitest";
import { paceBooks, type SentRound, spendBooks } from "./poison-books.ts";

const STARTED_MS = Date.parse("2026-11-20T12:00:00.000Z");
const instant = (ms: number) => new Date(STARTED_MS + ms).toISOString();
const candidateOf = (cdpId: string, runId = "first") =>
  ({ cdpId, runId, queuedAt: instant(0) }) as Candidate;
const outcomeOf = (cdpId: string, ending: string, change: Partial<Outcome> = {}) =>
  ({
    ...{ cdpId, runId: "first", attempt: 0, ending, times: { submittedAt: null } },
    ...change,
  }) as Outcome;

/** Four healthy candidates, submitted one by one in so many milliseconds. */
function round(name: string, everyMs: number, poison: readonly Candidate[] = []) {
  const healthy = [0, 1, 2, 3].map((index) => candidateOf(`#${name}${index}#`));
  const outcomes = healthy.map(({ cdpId }, index) =>
    outcomeOf(cdpId, "liquidated", {
      times: { submittedAt: instant((index + 1) * everyMs) } as Outcome["times"],
    }),
  );
  return { sent: { healthy, poison, later: [] } satisfies SentRound, outcomes };
}

test("the loss is the median of what each pair lost, whichever of the two came first", () => {
  const bad = [candidateOf("#9#")];
  const rounds = [
    ...[round("a", 1_000), round("b", 1_000, bad)],
    ...[round("c", 2_000, bad), round("d", 1_000)],
    ...[round("e", 1_000), round("f", 1_250, bad)],
  ];
  const books = paceBooks(
    rounds.map(({ sent }) => sent),
    rounds.flatMap(({ outcomes }) => outcomes),
  );
  expect(books).toEqual({
    ...{ healthyPerHour: 3_600, poisonedPerHour: 2_880 },
    ...{ throughputLoss: 0.2, losses: [0, 0.5, 0.2] },
    ...{ p50: 2_000, p99: 4_000, p50Poisoned: 3_000, p99Poisoned: 8_000 },
  });
});

const poisoned: SentRound = {
  healthy: [],
  poison: [candidateOf("#1#"), candidateOf("#2#")],
  later: [
    [candidateOf("#1#", "second"), candidateOf("#2#", "second")],
    [candidateOf("#1#", "third"), candidateOf("#2#", "third")],
  ],
};
const ended = (cdpId: string, runId: string, ending: string, attempt: number) =>
  outcomeOf(cdpId, ending, { runId, attempt });
const atRest = [
  ended("#1#", "first", "failed_on_ledger", 0),
  ended("#1#", "second", "quarantined", 1),
  ended("#1#", "third", "quarantined", 2),
  ended("#2#", "first", "rejected", 0),
  ended("#2#", "second", "quarantined", 1),
];
const failed = (cdpId: string) => ({ cdpIds: [cdpId], intentHash: "txid", feeXrd: "0.35" });

test("poison that fails once and rests from then on costs what it may", () => {
  const outcomes = [...atRest, ended("#2#", "third", "quarantined", 2)];
  expect(spendBooks([poisoned], outcomes, [failed("#1#"), failed("#7#")])).toEqual({
    ...{ poison: 2, poisonQuarantined: 2, poisonAttemptsMost: 1 },
    ...{ poisonSpendXrd: 0.35, poisonSpendBoundXrd: 0.35 },
    poisonEndings: { failed_on_ledger: 1, rejected: 1 },
  });
});

test("poison that a later run tries again costs more than it may", () => {
  const outcomes = [...atRest, ended("#2#", "third", "failed_on_ledger", 2)];
  const failures = [failed("#1#"), failed("#2#"), failed("#1#")];
  expect(spendBooks([poisoned], outcomes, failures)).toMatchObject({
    ...{ poisonQuarantined: 1, poisonAttemptsMost: 2 },
    ...{ poisonSpendXrd: 1.05, poisonSpendBoundXrd: 0.7 },
  });
});

test("what nobody recorded was not found in quarantine", () => {
  expect(spendBooks([poisoned], atRest, [])).toMatchObject({ poisonQuarantined: 1 });
});
