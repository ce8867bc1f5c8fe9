import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { type JudgePositionDeps, judgePosition } from "./judge-position.ts";

const signal = new AbortController().signal;
const head: LedgerHead = { stateVersion: 1_000n, epoch: 100, round: 7, timestampMs: 0 };

function healthOf(ltv: string, collateral = "150", loans = "144"): LedgerHealth {
  return {
    loanValue: parseDecimal(loans),
    adjustedLoanValue: parseDecimal(loans),
    collateralValue: parseDecimal(collateral),
    liquidationCollateralValue: parseDecimal("120"),
    liquidationLtv: parseDecimal(ltv),
    loans: [],
    collaterals: [],
    nfts: [],
  };
}

function judge(change: Partial<JudgePositionDeps>, knownVersion = 1_000n) {
  const deps: JudgePositionDeps = {
    readTreasury: () => Promise.resolve({ head, amounts: new Map() }),
    assertFresh: () => Promise.resolve(),
    readHealth: () => Promise.resolve(healthOf("1.2")),
    readPresence: () => Promise.resolve("live"),
    findSuspectPrice: () => Promise.resolve(undefined),
    badDebtCollateralXrd: parseDecimal("1"),
    ...change,
  };
  return judgePosition({ cdpId: "#1006#", knownVersion }, deps, signal);
}

describe("judgePosition", () => {
  it.each([
    ["healthy", "0.999999999999999999"],
    ["healthy", "1"],
    ["liquidatable", "1.000000000000000001"],
  ])("is %s at a liquidation_ltv of %s: only above 1 may anyone liquidate", async (kind, ltv) => {
    expect((await judge({ readHealth: () => Promise.resolve(healthOf(ltv)) })).kind).toBe(kind);
  });

  it.each([
    ["bad_debt", "0"],
    ["bad_debt", "1"],
    ["liquidatable", "1.000000000000000001"],
  ])("over the line is %s with collateral worth %s XRD", async (kind, collateral) => {
    const readHealth = () => Promise.resolve(healthOf("9", collateral));
    expect((await judge({ readHealth })).kind).toBe(kind);
  });

  it.each([
    ["over the line", healthOf("1.2")],
    ["under it", healthOf("0.5")],
    ["over it with nothing left", healthOf("9", "0")],
  ])("says nothing of a CDP %s by a suspect price", async (_title, health) => {
    const readHealth = () => Promise.resolve(health);
    const findSuspectPrice = () => Promise.resolve("zero: 0 XRD for resource_sim1eth");
    expect(await judge({ readHealth, findSuspectPrice })).toMatchObject({
      kind: "price_suspect",
      detail: "zero: 0 XRD for resource_sim1eth",
    });
  });

  it("needs no price to see that nothing is owed", async () => {
    const readHealth = () => Promise.resolve(healthOf("0", "150", "0"));
    const findSuspectPrice = () => Promise.reject(new Error("not to be asked"));
    expect((await judge({ readHealth, findSuspectPrice })).kind).toBe("healthy");
  });

  it.each([
    ["burned", "the CDP is burned"],
    ["unknown", "there is no such CDP"],
  ] as const)("a CDP that is %s is gone, not an error", async (presence, detail) => {
    const judgement = await judge({
      readHealth: () => Promise.resolve({ unreadable: "not found" }),
      readPresence: () => Promise.resolve(presence),
    });
    expect(judgement).toMatchObject({ kind: "gone", detail });
  });

  it("a CDP that is there and cannot be valued is tried again later", async () => {
    const judged = judge({ readHealth: () => Promise.resolve({ unreadable: "price expired" }) });
    await expect(judged).rejects.toMatchObject({ code: "cdp_unreadable", disposition: "retry" });
  });

  it("asks nothing about the CDP while the head is stale", async () => {
    let asked = false;
    const judged = judge({
      assertFresh: () =>
        Promise.reject(new AppError("stale_head", "601 s old", { disposition: "retry" })),
      readHealth: () => {
        asked = true;
        return Promise.resolve(healthOf("1.2"));
      },
    });
    await expect(judged).rejects.toMatchObject({ code: "stale_head" });
    expect(asked).toBe(false);
  });

  it("a replica that lags behind what is known already is not believed", async () => {
    let asked = false;
    const readHealth = () => {
      asked = true;
      return Promise.resolve(healthOf("1.2"));
    };
    const judged = judge({ readHealth }, 1_001n);
    await expect(judged).rejects.toMatchObject({ code: "head_behind", disposition: "retry" });
    expect(asked).toBe(false);
  });
});
