import { expect, test } from "vitest";
import type { RunProgress } from "./books.ts";
import type { QueueDepths } from "./queues.ts";
import { awaitRound } from "./round.ts";

const never = new AbortController().signal;
const run = (batchesDone: number, outcomes: number): RunProgress => ({
  batchCount: 2,
  batchesDone,
  expected: 20,
  read: batchesDone * 10,
  candidates: 3,
  outcomes,
});
const depth = (index: number, liquidation: number, indexParked = 0): QueueDepths => ({
  index,
  indexParked,
  liquidation,
  liquidationParked: 0,
});

/** Plays the looks one after another; the last one stays. Time passes only by sleeping. */
function play(looks: readonly (readonly [RunProgress, QueueDepths])[]) {
  let at = 0;
  let nowMs = 0;
  const seen: number[] = [];
  const look = () => looks[Math.min(at, looks.length - 1)] as (typeof looks)[number];
  const done = awaitRound(2, {
    look: () => Promise.resolve(look()[0]),
    depths: () => Promise.resolve(look()[1]),
    onStatus: ({ read, queued }) => seen.push(read, queued),
    sleep: (ms) => {
      at += 1;
      nowMs += ms;
      return Promise.resolve();
    },
    nowMs: () => nowMs,
    signal: never,
  });
  return { done, seen };
}

test("a round is done when every batch has a summary and the queues were empty twice", async () => {
  const { done, seen } = play([
    [run(1, 0), depth(1, 1)],
    [run(2, 0), depth(0, 0)],
    [run(2, 1), depth(0, 2)],
    [run(2, 3), depth(0, 0)],
    [run(2, 3), depth(0, 0)],
  ]);
  expect(await done).toEqual({
    round: 2,
    expected: 20,
    read: 20,
    candidates: 3,
    outcomes: 3,
    queued: 0,
  });
  expect(seen).toEqual([10, 2, 20, 0, 20, 2, 20, 0, 20, 0]);
});

test("empty queues are not enough while a batch has no summary, unless it was set aside", async () => {
  const { done } = play([
    [run(1, 0), depth(0, 0)],
    [run(1, 0), depth(0, 0)],
    [run(1, 0), depth(0, 0, 1)],
  ]);
  expect(await done).toMatchObject({ read: 10, queued: 0 });
});

test("a round in which nothing moves for two minutes says what is stuck", async () => {
  const { done } = play([
    [run(2, 1), depth(0, 3)],
    [run(2, 2), depth(0, 2)],
  ]);
  await expect(done).rejects.toThrow(
    [
      "round 2 is stuck: nothing has moved for 120 s",
      "  batches with a summary: 2 of 2",
      "  index queue: 0 messages, 0 set aside",
      "  liquidation queue: 2 messages, 0 set aside",
      "  attempts ended: 2",
    ].join("\n"),
  );
});
