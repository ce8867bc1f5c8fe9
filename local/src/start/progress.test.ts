import { expect, test } from "vitest";
import { createProgress } from "./progress.ts";

const status = { round: 2, expected: 200, read: 50, candidates: 4, outcomes: 1, queued: 5 };

function record(isTerminal: boolean, columns = 120) {
  let nowMs = 0;
  let written = "";
  const progress = createProgress({
    write: (text) => {
      written += text;
    },
    isTerminal,
    columns,
    nowMs: () => nowMs,
  });
  return {
    progress,
    written: () => written,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test("a terminal sees one bar that changes in place, and lasting lines above it", () => {
  const { progress, written } = record(true);
  progress.round(status);
  progress.say("indexer-1 was ended by SIGKILL");
  expect(written()).toBe(
    "\r\u001b[2Kround 2 ██████░░░░░░░░░░░░░░░░░░ 50/200 scanned  4 candidates  1 attempts ended" +
      "\r\u001b[2Kindexer-1 was ended by SIGKILL\n",
  );
});

test("a narrow terminal never wraps the bar", () => {
  const { progress, written } = record(true, 20);
  progress.round(status);
  expect(written()).toBe("\r\u001b[2Kround 2 ██████░░░░░");
});

test("a file gets plain lines, now and then and at the end", () => {
  const { progress, written, pass } = record(false);
  progress.round(status);
  pass(5_000);
  progress.round(status);
  progress.round({ ...status, read: 60 });
  pass(5_000);
  progress.round(status);
  progress.roundDone({ ...status, read: 200, queued: 0 }, 6.25);
  expect(written()).toBe(
    "round 2: 50 of 200 positions, 4 candidates, 1 attempts ended, 5 queued\n" +
      "round 2: 200 of 200 positions, 4 candidates, 1 attempts ended, 6.3 s\n",
  );
});
