import { describe, expect, it } from "vitest";
import { assessHealth, type Moment, roughLiquidationLtv } from "./health.ts";
import type { CdpState } from "./model.ts";
import { text } from "./numbers.ts";
import { handMadeCdp, handMadeTables, LSULP_UNIT, NOW_SECONDS, USDC, XRD } from "./test-market.ts";

const NOW: Moment = { nowSeconds: NOW_SECONDS, oldPrices: "refused" };

describe("health of a CDP", () => {
  it("is what one gets by hand", () => {
    // 80 units at 0.8 are 100 xUSDC, 25,000 XRD; 5,000 deposit units at 0.5 are 10,000 LSULP, 11,000 XRD.
    const cdp = handMadeCdp({ [USDC]: "80" }, { [XRD]: "30000", [LSULP_UNIT]: "5000" });
    const health = assessHealth(cdp, handMadeTables({}), NOW);
    expect(text(health.loanValue)).toBe("25000");
    expect(text(health.collateralValue)).toBe("41000");
    expect(text(health.healthCollateralValue)).toBe("30750");
    expect(text(health.liquidationCollateralValue)).toBe("32800");
    expect(text(health.healthLtv)).toBe("0.813008130081300813");
    expect(text(health.liquidationLtv)).toBe("0.762195121951219512");
    expect(roughLiquidationLtv(cdp, handMadeTables({}), NOW_SECONDS)).toBeCloseTo(0.7621951219, 9);
  });

  it("is the largest Decimal for a debt that nothing stands against", () => {
    const health = assessHealth(handMadeCdp({ [USDC]: "1" }, {}), handMadeTables({}), NOW);
    expect(text(health.liquidationLtv)).toBe(
      "3138550867693340381917894711603833208051.177722232017256447",
    );
  });

  it.each([
    ["each_step", "0.00000000000000025"],
    ["once", "0.000000000000000312"],
  ] as const)("loses digits where it is cut: %s", (rounding, value) => {
    // A unit of the last digit at 0.8 is 1.25 of them, at 250 XRD.
    const cdp = handMadeCdp({ [USDC]: "0.000000000000000001" }, { [XRD]: "1" });
    const health = assessHealth(cdp, handMadeTables({}), { ...NOW, rounding });
    expect(text(health.loanValue)).toBe(value);
  });

  it.each([
    ["as_configured", "0.666666666666666666"],
    ["lower", "0.74074074074074074"],
  ] as const)("holds collateral to thresholds %s", (thresholds, ltv) => {
    const cdp = handMadeCdp({ [USDC]: "0.8" }, { [XRD]: "468.75" });
    const health = assessHealth(cdp, handMadeTables({}), { ...NOW, thresholds });
    expect(text(health.liquidationLtv)).toBe(ltv);
  });

  it("is nought without a loan", () => {
    const health = assessHealth(handMadeCdp({}, { [XRD]: "5" }), handMadeTables({}), NOW);
    expect(text(health.liquidationLtv)).toBe("0");
  });

  it.each([
    [2, "0.761904761904761904", "an expired version is held to the current rules"],
    [7, "0.65040650406504065", "an older version that has not expired keeps its threshold"],
    [20, "0.579710144927536231", "an efficiency mode pins the config of its group"],
  ])("with collateral of config version %i: %s, for %s", (version, ltv) => {
    const cdp = handMadeCdp({ [USDC]: "0.8" }, { [XRD]: "468.75" });
    expect(text(assessHealth(pinnedTo(cdp, version), handMadeTables({}), NOW).liquidationLtv)).toBe(
      ltv,
    );
  });

  it("cannot be told once a price is more than four hours old, unless that is let pass", () => {
    const cdp = handMadeCdp({ [USDC]: "80" }, { [XRD]: "30000" });
    const tables = handMadeTables({});
    const late = { nowSeconds: NOW_SECONDS - 60 + 14_401, oldPrices: "refused" } as const;
    expect(() => assessHealth(cdp, tables, late)).toThrow("expired");
    expect(() =>
      assessHealth(cdp, tables, { ...late, nowSeconds: late.nowSeconds - 1 }),
    ).not.toThrow();
    expect(() => assessHealth(cdp, tables, { ...late, oldPrices: "taken" })).not.toThrow();
  });
});

function pinnedTo(cdp: CdpState, version: number): CdpState {
  return { ...cdp, collaterals: cdp.collaterals.map((held) => ({ ...held, version })) };
}
