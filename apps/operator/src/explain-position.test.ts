import type { LedgerHealth } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { CdpState } from "@weft/store";
import { expect, test } from "vitest";
import { explainPosition, type PositionFacts } from "./explain-position.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const USDC = "resource_sim1usdc";

const health = (ltv: string, collateralXrd = "100") =>
  ({
    liquidationLtv: parseDecimal(ltv),
    loanValue: parseDecimal("90"),
    collateralValue: parseDecimal(collateralXrd),
  }) as LedgerHealth;

const stored = (record: Partial<CdpState["record"]>): CdpState => ({
  cdpId: "#12#",
  fence: 3,
  leaseOwner: "pod/1",
  leaseUntilMs: 0,
  leaseToken: "",
  record: {
    nextAttempt: 1,
    unfinal: null,
    lastFinal: null,
    quarantine: null,
    failedDelivery: null,
    ...record,
  },
});

const quarantine = (untilMs: number) => ({
  reason: "rejected",
  failures: 2,
  sinceMs: NOW - 60_000,
  untilMs,
  cdpFingerprint: "",
});

const CALM: PositionFacts = {
  head: { stateVersion: 900n, epoch: 250, round: 1, timestampMs: NOW },
  nowMs: NOW,
  presence: "live",
  ledger: health("1.2"),
  fleet: { pause: null, holdUntilEpoch: 250 },
  stored: null,
  prices: new Map(),
  badDebtCollateralXrd: parseDecimal("1"),
};

const explained = (facts: Partial<PositionFacts>) =>
  explainPosition({ ...CALM, ...facts }).map(({ code, sentence }) => `${code}: ${sentence}`);

const FIGURES = "liquidation_ltv 1.2, loans 90 XRD, collateral 100 XRD";

test("a position over the line with nothing in the way is just that", () => {
  expect(explained({})).toEqual([`liquidatable: it is over the line: ${FIGURES}`]);
});

test("what is not there needs no other reason", () => {
  const fleet = { pause: { reason: "drill", sinceMs: NOW }, holdUntilEpoch: null };
  expect(explained({ presence: "burned", ledger: null, fleet })).toEqual(["gone: it is burned"]);
  expect(explained({ presence: "unknown", ledger: null })).toEqual(["gone: there is no such CDP"]);
});

test("a pause comes before everything that is about this position alone", () => {
  const fleet = { pause: { reason: "drill", sinceMs: NOW }, holdUntilEpoch: 0 };
  expect(explained({ fleet })).toEqual([
    "paused: liquidation is paused since 2026-11-20T12:00:00Z: drill",
    `liquidatable: it is over the line: ${FIGURES}`,
  ]);
});

test.each([
  [249, []],
  [250, []],
  [251, ["holding_fire: nothing is signed before epoch 251; the head is at 250"]],
  [
    null,
    [
      "holding_fire: nothing is signed: nobody has said for this table from when on: it is new, or was restored",
    ],
  ],
])("fire held to epoch %s, the head at 250", (holdUntilEpoch, findings) => {
  const fleet = { pause: null, holdUntilEpoch };
  expect(explained({ fleet, ledger: null })).toEqual(findings);
});

test.each([
  ["0.999999999999999999", "100", "healthy"],
  ["1", "100", "healthy"],
  ["1.000000000000000001", "100", "liquidatable"],
  ["1.000000000000000001", "1", "bad_debt"],
])("a ratio of %s with collateral of %s XRD is %s", (ltv, collateral, code) => {
  expect(explainPosition({ ...CALM, ledger: health(ltv, collateral) })[0]?.code).toBe(code);
});

test("a ledger that cannot value it is quoted", () => {
  expect(explained({ ledger: { error: "price expired" } })).toEqual([
    "unvaluable: get_cdp fails: price expired",
  ]);
});

test("an attempt under way names its intent and its window", () => {
  const unfinal = {
    attempt: 4,
    runId: "20261120T115500Z",
    intentHash: "txid_sim1abc",
    payloadHex: "",
    startEpochInclusive: 249,
    endEpochExclusive: 251,
    plan: "{}",
    signedAtMs: NOW,
  };
  const under = (submittedAtMs: number | null) =>
    explained({ ledger: null, stored: stored({ unfinal: { ...unfinal, submittedAtMs } }) });
  const end = "has no end yet: txid_sim1abc, valid to epoch 251, the head is at 250";
  expect(under(null)).toEqual([`under_way: attempt 4 is signed and ${end}`]);
  expect(under(NOW)).toEqual([`under_way: attempt 4 is submitted 2026-11-20T12:00:00Z and ${end}`]);
});

test("a price that is not believed is told with the last one that was", () => {
  const at = (price: string) => ({
    price: parseDecimal(price),
    timestampSeconds: 1n,
    transactionHash: "aa",
  });
  const anchor = {
    older: { price: parseDecimal("225"), sinceSeconds: 0n },
    newer: { price: parseDecimal("225"), sinceSeconds: 0n },
  };
  const accepted = {
    observation: at("225.5"),
    basis: "within_limits" as const,
    hour: anchor,
    day: anchor,
  };
  const suspect = { observation: at("2255"), reason: "outside_band" as const, walked: false };
  const prices = (known: typeof accepted | null) =>
    new Map([[USDC, { state: { accepted: known, suspect }, version: 1 }]]);
  expect(explained({ ledger: null, prices: prices(accepted) })).toEqual([
    "price_suspect: 2255 XRD for resource_sim1usdc is not believed (outside_band); 225.5 was accepted last",
  ]);
  expect(explained({ ledger: null, prices: prices(null) })).toEqual([
    "price_suspect: 2255 XRD for resource_sim1usdc is not believed (outside_band); none was ever accepted",
  ]);
});

test("a price whose memory makes no sense is not believed", () => {
  const unreadable = new AppError("stored_value_invalid", "version: a whole number", {
    disposition: "park",
  });
  expect(explained({ ledger: null, prices: new Map([[USDC, { unreadable }]]) })).toEqual([
    "price_suspect: what is remembered of resource_sim1usdc makes no sense: version: a whole number",
  ]);
});

test("a quarantine counts until its time is over", () => {
  const until = (untilMs: number) =>
    explained({ ledger: null, stored: stored({ quarantine: quarantine(untilMs) }) });
  expect(until(NOW)).toEqual([]);
  expect(until(NOW + 1_000)).toEqual([
    "quarantined: it is left alone until 2026-11-20T12:00:01Z or until it changes: rejected, 2 in a row",
  ]);
});
