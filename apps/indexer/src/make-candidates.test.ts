import { candidateSchema } from "@weft/messages";
import { describe, expect, it } from "vitest";
import { batch, ledgerHealth, xrdCdp } from "../test/builders.ts";
import type { CdpFinding, CdpVerdict } from "./cdp-finding.ts";
import { makeCandidates } from "./make-candidates.ts";

const confirmation = {
  head: {
    stateVersion: 912n,
    epoch: 100,
    round: 7,
    timestampMs: Date.parse("2026-11-20T21:55:01Z"),
  },
  queuedAtMs: Date.parse("2026-11-20T21:55:03.120Z"),
  ttlSeconds: 600,
};

const finding = (id: string, verdict: CdpVerdict, loan: string): CdpFinding => ({
  kind: "scanned",
  id,
  verdict,
  cdp: xrdCdp(id, "1", "1"),
  health: { kind: "no_debt" },
  confirmed: ledgerHealth(loan, "176.7", "1.02"),
});

describe("makeCandidates", () => {
  it("carries what the ledger said, and both state versions", () => {
    const candidates = makeCandidates(
      [finding("#7#", "liquidatable", "144.2")],
      batch,
      confirmation,
    );
    expect(candidates.map((candidate) => candidateSchema.parse(candidate))).toEqual([
      {
        version: 1,
        kind: "candidate",
        cdpId: "#7#",
        runId: "20261120T215500Z",
        batchIndex: 3,
        cause: "scan",
        pinnedStateVersion: "900",
        confirmedFromStateVersion: "912",
        liquidationLtv: "1.02",
        loanValueXrd: "144.2",
        collateralValueXrd: "176.7",
        cdpFingerprint: "606161177403523c",
        queuedAt: "2026-11-20T21:55:03.120Z",
        expiresAt: "2026-11-20T22:05:01.000Z",
        traceId: "0123456789abcdef0123456789abcdef",
      },
    ]);
  });

  it("puts the most owed first, and leaves out what is not liquidatable", () => {
    const candidates = makeCandidates(
      [
        finding("#1#", "liquidatable", "9"),
        finding("#2#", "bad_debt", "500"),
        finding("#3#", "liquidatable", "10"),
        finding("#4#", "healthy", "700"),
      ],
      batch,
      confirmation,
    );
    expect(candidates.map(({ cdpId }) => cdpId)).toEqual(["#3#", "#1#"]);
  });
});
