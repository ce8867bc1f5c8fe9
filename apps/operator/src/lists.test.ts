import { parseDecimal } from "@weft/protocol";
import type { QuarantinedCdp } from "@weft/store";
import { expect, test } from "vitest";
import { sampleOutcome } from "../test/sample-outcome.ts";
import { listAttempts } from "./list-attempts.ts";
import { listOutcomes } from "./list-outcomes.ts";
import { listQuarantine } from "./list-quarantine.ts";
import { listReservations } from "./list-reservations.ts";

const NOW = Date.parse("2026-11-20T12:30:00Z");
const XRD = "resource_sim1xrd";

test("outcomes are counted by their end, and their profit is summed to the last digit", () => {
  const outcomes = [
    sampleOutcome({ profitXrd: "0.000000000000000001" }),
    sampleOutcome({ attempt: 1 }),
    sampleOutcome({ attempt: 2, ending: "stale", profitXrd: null }),
  ];
  const { value, lines } = listOutcomes(outcomes, null);
  expect(value).toMatchObject({
    counts: { liquidated: 2, stale: 1 },
    profitXrd: "5.500000000000000001",
  });
  expect(lines.at(-1)).toBe("2 liquidated, 1 stale; profit 5.500000000000000001 XRD");
  expect(listOutcomes(outcomes, "stale").value).toMatchObject({
    counts: { stale: 1 },
    profitXrd: "0",
  });
  expect(listOutcomes(outcomes, "bad_debt").lines).toEqual(["no outcomes in that time"]);
});

test("a CDP that nobody has had says so", () => {
  expect(listAttempts("#12#", undefined, []).lines).toEqual(["no liquidator has ever had #12#"]);
});

test("quarantines come with the longest first, and say when one is over", async () => {
  async function* quarantined(): AsyncGenerator<QuarantinedCdp> {
    for (const [cdpId, untilMs] of [
      ["#1#", NOW],
      ["#2#", NOW + 60_000],
    ] as const) {
      const sinceMs = NOW - 60_000;
      yield {
        cdpId,
        quarantine: { reason: "rejected", failures: 1, sinceMs, untilMs, cdpFingerprint: "" },
      };
    }
  }
  expect((await listQuarantine(quarantined(), NOW)).lines).toEqual([
    "CDP  reason    failures  since                 until",
    "#2#  rejected  1         2026-11-20T12:29:00Z  2026-11-20T12:31:00Z",
    "#1#  rejected  1         2026-11-20T12:29:00Z  2026-11-20T12:30:00Z (over)",
  ]);
});

test("reservations come with the oldest first, their sums, and what the hour has cost", () => {
  const hold = (cdpId: string, ageMs: number) => ({
    cdpId,
    attempt: 2,
    fence: 1,
    amounts: new Map([[XRD, parseDecimal("10.5")]]),
    feeXrd: parseDecimal("10"),
    reservedAtMs: NOW - ageMs,
  });
  const books = {
    holds: [hold("#1#", 1_000), hold("#2#", 90_000)],
    left: new Map(),
    settledVersion: 0n,
    feesXrd: new Map([[Math.floor(NOW / 3_600_000), parseDecimal("0.75")]]),
  };
  expect(listReservations(books, NOW, "100").lines).toEqual([
    "CDP  attempt  age   amounts",
    "#2#  2        90 s  10.5 of resource_sim1xrd",
    "#1#  2        1 s   10.5 of resource_sim1xrd",
    "in all 21 of resource_sim1xrd",
    "fees of the hour until 2026-11-20T13:00:00Z: 0.75 XRD paid, at most 20 XRD under way, ceiling 100 XRD",
  ]);
  const calm = { ...books, holds: [] };
  expect(listReservations(calm, NOW, null).lines).toEqual([
    "nothing is promised",
    "fees of the hour until 2026-11-20T13:00:00Z: 0.75 XRD paid, at most 0 XRD under way",
  ]);
});
