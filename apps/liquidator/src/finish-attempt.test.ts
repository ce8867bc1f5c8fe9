import { GatewayError } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { expect, it } from "vitest";
import type { Finality } from "./await-finality.ts";
import { finishAttempt } from "./finish-attempt.ts";
import type { Settlement } from "./settle-attempt.ts";

const signal = new AbortController().signal;

const plan = {
  liquidationLtvBefore: "1.2",
  pricesXrd: { resource_sim1debt: "2" },
  cdpFingerprint: "0011223344556677",
  queuedAt: "2026-11-20T21:55:03.000Z",
  receivedAt: "2026-11-20T21:55:04.000Z",
  traceId: "0123456789abcdef0123456789abcdef",
};

async function finish(
  finality: Finality | Error,
  stored: object = plan,
  unreadableEvents: readonly string[] = [],
) {
  const settled: Settlement[] = [];
  const finished = await finishAttempt(
    {
      cdpId: "#1006#",
      signed: {
        attempt: 4,
        runId: "20261120T215500Z",
        intentHash: "txid_sim1abc",
        payloadHex: "4d22",
        startEpochInclusive: 100,
        endEpochExclusive: 102,
        plan: JSON.stringify(stored),
        signedAtMs: 1,
        submittedAtMs: null,
      },
    },
    {
      awaitFinality: () =>
        finality instanceof Error ? Promise.reject(finality) : Promise.resolve(finality),
      readCommit: () =>
        Promise.resolve({
          stateVersion: 1_010n,
          feeXrd: parseDecimal("0.5"),
          confirmedAtMs: 0,
          paid: [],
          seized: [],
          bonusFees: [],
          seizedNfts: [],
          accountChanges: null,
          unreadableEvents,
        }),
      readHeadVersion: () => Promise.resolve(1_200n),
      settle: (settlement) => {
        settled.push(settlement);
        return Promise.resolve();
      },
      wallMs: () => 7,
    },
    signal,
  );
  return { finished, settled };
}

it.each([
  ["committed_success", "liquidated", 1_010n],
  ["committed_failure", "failed_on_ledger", 1_010n],
  ["rejected", "rejected", 1_200n],
] as const)("%s is settled as %s, as of state version %s", async (kind, ending, version) => {
  const { finished, settled } = await finish({ kind, detail: "" });
  expect(finished).toEqual({ ending, observedStateVersion: version });
  expect(settled).toMatchObject([
    { cdpId: "#1006#", attempt: 4, ending, observedStateVersion: version },
  ]);
});

it("what was signed by a newer version, which wrote down more, is finished all the same", async () => {
  const newer = { ...plan, reservedXrd: "10" };
  const { settled } = await finish({ kind: "committed_success", detail: "" }, newer);
  expect(settled.map(({ context }) => context)).toEqual([
    { ...plan, account: "", funding: "inventory" },
  ]);
});

it("a Gateway that refuses to tell parks no message whose transaction may be on ledger", async () => {
  const refused = new GatewayError({
    code: "gateway_invalid_request",
    endpoint: "/transaction/status",
    message: "HTTP 400",
    status: 400,
    detailsType: null,
  });
  expect(refused.disposition).toBe("park");
  await expect(finish(refused)).rejects.toMatchObject({
    code: "end_unreadable",
    disposition: "retry",
    cause: refused,
  });
});

it("an intent that is not final yet stays just that", async () => {
  const pending = new AppError("finality_pending", "not final yet", { disposition: "retry" });
  await expect(finish(pending)).rejects.toBe(pending);
});

it("settles a commit whose events cannot be read, and says which", async () => {
  const finality = { kind: "committed_success", detail: "" } as const;
  const { settled } = await finish(finality, plan, ["LiquidationBonusFeeEvent: no SBOR value"]);
  expect(settled).toMatchObject([
    {
      ending: "liquidated",
      detail:
        "committed at state version 1010; cannot read LiquidationBonusFeeEvent: no SBOR value",
      transaction: { commit: { feeXrd: 500_000_000_000_000_000n } },
    },
  ]);
});
