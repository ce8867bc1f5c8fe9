import type { Ending } from "@weft/messages";
import type { Quarantine } from "@weft/store";
import { describe, expect, it } from "vitest";
import { nextQuarantine, restMs } from "./quarantine-position.ts";

const MINUTE_MS = 60_000;

const before: Quarantine = {
  reason: "preview_failed",
  failures: 3,
  sinceMs: 1_000,
  untilMs: 2_000,
  cdpFingerprint: "0011223344556677",
};

const quarantineAfter = (
  previous: Quarantine | null,
  ending: Ending,
  ownFailure: "preview_failed" | "failed_on_ledger" | null,
) => nextQuarantine({ previous, ending, ownFailure, cdpFingerprint: "ff", nowMs: 10_000 });

describe("restMs", () => {
  it.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [9, 1_280],
    [10, 1_440],
    [1_000, 1_440],
  ])("after %i failures a CDP is left alone for %i minutes", (failures, minutes) => {
    expect(restMs(failures)).toBe(minutes * MINUTE_MS);
  });
});

describe("nextQuarantine", () => {
  it("begins at the first failure that is the CDP's own", () => {
    expect(quarantineAfter(null, "rejected", "preview_failed")).toEqual({
      reason: "preview_failed",
      failures: 1,
      sinceMs: 10_000,
      untilMs: 10_000 + 5 * MINUTE_MS,
      cdpFingerprint: "ff",
    });
  });

  it("lasts twice as long after the next, and remembers the first", () => {
    expect(quarantineAfter(before, "failed_on_ledger", "failed_on_ledger")).toEqual({
      reason: "failed_on_ledger",
      failures: 4,
      sinceMs: 1_000,
      untilMs: 10_000 + 40 * MINUTE_MS,
      cdpFingerprint: "ff",
    });
  });

  it.each(["liquidated", "outcompeted", "stale"] as const)("ends with %s", (ending) => {
    expect(quarantineAfter(before, ending, null)).toBe(null);
    expect(quarantineAfter(null, ending, null)).toBe(undefined);
  });

  it.each(["rejected", "unprofitable", "quarantined", "superseded"] as const)(
    "stays as it is after %s without a failure of the CDP's own",
    (ending) => {
      expect(quarantineAfter(before, ending, null)).toBe(undefined);
      expect(quarantineAfter(null, ending, null)).toBe(undefined);
    },
  );
});
