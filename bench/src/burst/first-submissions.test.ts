import type { Candidate, Outcome } from "@weft/messages";
import { expect, test } from "vitest";
import { firstSubmissions, submitLatencies } from "./first-submissions.ts";

const queuedAt = "2026-11-20T12:00:00.000Z";
const candidateOf = (cdpId: string) => ({ cdpId, runId: "now", queuedAt }) as Candidate;
const outcomeOf = (cdpId: string, submittedAt: string | null, runId = "now") =>
  ({ cdpId, runId, times: { submittedAt } }) as Outcome;

const candidates = ["#1#", "#2#", "#3#"].map(candidateOf);
const outcomes = [
  outcomeOf("#1#", "2026-11-20T12:00:09.000Z"),
  outcomeOf("#1#", "2026-11-20T12:00:01.500Z"),
  outcomeOf("#2#", null),
  outcomeOf("#3#", "2026-11-20T11:00:00.000Z", "before"),
];

test("the earliest submission of a candidate's own run counts", () => {
  const submissions = firstSubmissions(candidates, outcomes);
  expect([...submissions]).toEqual([["#1#", Date.parse("2026-11-20T12:00:01.500Z")]]);
});

test("latencies keep the order of the candidates, and a place for those without", () => {
  expect(submitLatencies(candidates, outcomes)).toEqual([1_500, null, null]);
});
