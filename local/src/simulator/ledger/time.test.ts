import { describe, expect, it } from "vitest";
import { createTimeline } from "./time.ts";

const START_MS = 1_800_000_000_000;

describe("the timeline", () => {
  it("makes a round a second, and an epoch of three hundred", () => {
    const timeline = createTimeline(START_MS, 1_000);
    timeline.roundsUntil(START_MS + 301_999);
    expect(timeline.head()).toEqual({
      stateVersion: 1_301,
      timestampMs: START_MS + 301_000,
      epoch: 250_001,
      round: 2,
    });
  });

  it("gives a transaction a version of its own within the round", () => {
    const timeline = createTimeline(START_MS, 1_000);
    timeline.roundsUntil(START_MS + 2_000);
    timeline.addTransaction();
    expect(timeline.addTransaction()).toMatchObject({ stateVersion: 1_004, round: 3 });
    timeline.roundsUntil(START_MS + 3_000);
    expect(timeline.head()).toMatchObject({ stateVersion: 1_005, round: 4 });
  });

  it("finds points by version, by time and by epoch", () => {
    const timeline = createTimeline(START_MS, 1_000);
    timeline.roundsUntil(START_MS + 2_000);
    timeline.addTransaction();
    timeline.roundsUntil(START_MS + 400_000);
    expect(timeline.atVersion(1_003)?.timestampMs).toBe(START_MS + 2_000);
    expect(timeline.atVersion(999)).toBeUndefined();
    expect(timeline.atVersion(1_402)).toBeUndefined();
    expect(timeline.atTime(START_MS + 2_999)?.stateVersion).toBe(1_003);
    expect(timeline.atTime(START_MS - 1)).toBeUndefined();
    expect(timeline.atEpoch(250_000, 3)?.stateVersion).toBe(1_002);
    expect(timeline.atEpoch(250_001, 1)).toMatchObject({ stateVersion: 1_301, round: 1 });
    expect(timeline.atEpoch(250_002, 1)).toBeUndefined();
  });

  it("counts no rounds for the time that it stood still", () => {
    const timeline = createTimeline(START_MS, 1_000);
    timeline.resumeAt(START_MS + 3_600_000);
    timeline.roundsUntil(START_MS + 3_600_000);
    expect(timeline.head()).toEqual({
      stateVersion: 1_001,
      timestampMs: START_MS + 3_600_000,
      epoch: 250_000,
      round: 2,
    });
    expect(timeline.atTime(START_MS + 3_599_999)?.stateVersion).toBe(1_000);
  });
});
