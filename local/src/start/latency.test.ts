import { expect, test } from "vitest";
import { latenciesOf, percentilesOf } from "./latency.ts";
import { sampleOutcome } from "./sample-records.ts";

test("percentiles are values that occurred, by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(hundred)).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
  expect(percentilesOf([])).toEqual({ p50: null, p95: null, p99: null });
});

test("queueing counts for the first attempt of a candidate alone, commits for each", () => {
  const { times } = sampleOutcome();
  const second = {
    ...times,
    submittedAt: "2026-11-20T21:55:05.000Z",
    committedAt: "2026-11-20T21:55:05.300Z",
  };
  const stale = { ...times, submittedAt: null, committedAt: null };
  expect(
    latenciesOf([
      sampleOutcome({ attempt: 4, times: second }),
      sampleOutcome({ attempt: 3 }),
      sampleOutcome({ cdpId: "#8#", ending: "stale", times: stale }),
    ]),
  ).toEqual({
    queuedToSubmitted: { p50: 120, p95: 120, p99: 120 },
    submittedToCommitted: { p50: 300, p95: 500, p99: 500 },
  });
});
