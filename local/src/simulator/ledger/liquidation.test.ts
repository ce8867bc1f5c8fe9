import { describe, expect, it } from "vitest";
import { STAKING_UNITS } from "./addresses.ts";
import { liquidateOnce } from "./liquidation.ts";
import type { Bucket, Frame } from "./manifest-frame.ts";
import { Num, text } from "./numbers.ts";
import {
  frameOver,
  handMadeCdp,
  handMadeTables,
  LSULP,
  NOW_SECONDS,
  USDC,
  XRD,
} from "./test-market.ts";

/** Owes 100 xUSDC, 25,000 XRD, against 30,000 XRD. */
const OVER_LINE = { "#1#": handMadeCdp({ [USDC]: "80" }, { [XRD]: "30000" }) };
/** Owes the same against 3,000 XRD and 20,000 LSULP, 22,000 XRD. */
const TWO_COLLATERALS = {
  "#1#": handMadeCdp({ [USDC]: "80" }, { [XRD]: "3000", [LSULP]: "20000" }),
};

describe("liquidating by hand", () => {
  it("repays half, seizes that and the bonus, and keeps the protocol's share back", () => {
    const frame = frameOver(handMadeTables(OVER_LINE));
    expect(shown(liquidate(frame, "50", [XRD]))).toEqual([
      [XRD, "13200"],
      [USDC, "0"],
    ]);
    expect(frame.state.cdps.get("#1#")).toMatchObject({
      updatedAtSeconds: NOW_SECONDS,
      loans: [{ asset: USDC, units: "40" }],
      collaterals: [{ resource: XRD, amount: "16625" }],
    });
    expect(text(frame.state.pools.get(USDC)?.liquidity as Num)).toBe("1050");
    expect(text(frame.state.pools.get(USDC)?.loan.total as Num)).toBe("950");
    const [done] = frame.liquidations;
    expect(text(done?.ltvBefore as Num)).toBe("1.041666666666666666");
    expect(text(done?.ltvAfter as Num)).toBe("0.939849624060150375");
    expect([...(done?.unitPrices ?? [])].map(([name, price]) => [name, text(price)])).toEqual([
      [XRD, "1"],
      [USDC, "250"],
    ]);
  });

  it("seizes staking units as the XRD that they redeem for, and where that class is not switched off", () => {
    const [lsu = ""] = STAKING_UNITS.keys();
    const frame = frameOver(
      handMadeTables({ "#1#": handMadeCdp({ [USDC]: "80" }, { [lsu]: "28000" }) }),
    );
    frame.state.services.set("off", ["RemoveForLiquidation/GlobalLSU"]);
    expect(() => liquidate(frame, "50", [lsu])).toThrow("GlobalLSU is switched off");
    frame.state.services.set("off", ["RemoveForLiquidation/GlobalResource"]);
    expect(shown(liquidate(frame, "50", [lsu]))).toEqual([
      [lsu, "12431.679926797908774067"],
      [USDC, "0"],
    ]);
    expect(frame.state.cdps.get("#1#")).toMatchObject({
      collaterals: [{ resource: lsu, amount: "15403.506134778634102035" }],
    });
    const price = frame.liquidations[0]?.unitPrices.get(lsu);
    expect(price === undefined ? "" : text(price)).toBe("1.061803398874989484");
  });

  it("tells what it did in one event per thing", () => {
    const frame = frameOver(handMadeTables(OVER_LINE));
    liquidate(frame, "50", [XRD]);
    expect(
      frame.events.map(({ name, data }) => [
        name,
        data.fields?.[0]?.fields?.map(({ field_name, value }) => [field_name, value]),
      ]),
    ).toEqual([
      [
        "CDPRepayForLiquidationEvent",
        [
          ["cdp_id", "#1#"],
          ["res_address", USDC],
          ["amount", "50"],
        ],
      ],
      [
        "CDPRemoveCollateralForLiquidation",
        [
          ["cdp_id", "#1#"],
          ["res_address", XRD],
          ["amount", "13375"],
        ],
      ],
      [
        "LiquidationBonusFeeEvent",
        [
          ["res_address", XRD],
          ["fee_amount", "875"],
          ["protocol_fee_amount", "175"],
        ],
      ],
    ]);
  });

  it("gives back what exceeds the close factor", () => {
    const frame = frameOver(handMadeTables(OVER_LINE));
    expect(shown(liquidate(frame, "80", [XRD]))).toEqual([
      [XRD, "13200"],
      [USDC, "30"],
    ]);
  });

  it("refuses the excess when the ledger is set to", () => {
    const frame = frameOver(handMadeTables(OVER_LINE), { excessPayment: "rejected" });
    expect(() => liquidate(frame, "50.000001", [XRD])).toThrow("exceeds what may be repaid, 50");
    expect(shown(liquidate(frame, "50", [XRD]))).toHaveLength(2);
  });

  it("leaves dust behind, or refuses to when the ledger is set to", () => {
    // Owes 0.002 xUSDC, half an XRD, against as little: half of it may be repaid.
    const tables = handMadeTables({ "#1#": handMadeCdp({ [USDC]: "0.0016" }, { [XRD]: "0.5" }) });
    expect(shown(liquidate(frameOver(tables), "0.001", [XRD]))).toHaveLength(2);
    const frame = frameOver(tables, { dust: "refused" });
    expect(() => liquidate(frame, "0.001", [XRD])).toThrow("a loan of 0.25 XRD would be left");
  });

  it("takes collaterals in the order asked for, the first one whole", () => {
    // 3,000 XRD stand for 2,803.738317757009345794 of the 12,500 paid; LSULP for the rest of it.
    const frame = frameOver(handMadeTables(TWO_COLLATERALS));
    expect(shown(liquidate(frame, "50", [XRD, LSULP]))).toEqual([
      [XRD, "2960.747663551401869159"],
      [LSULP, "9308.411214953271028037"],
      [USDC, "0"],
    ]);
    expect(frame.state.cdps.get("#1#")?.collaterals.map(({ resource }) => resource)).toEqual([
      LSULP,
    ]);
  });

  it.each([
    ["when the ledger is set to", [XRD, LSULP], "largest_first"],
    ["when nothing is asked for", null, "as_requested"],
  ] as const)("takes the largest first %s", (_, requested, seizureOrder) => {
    const frame = frameOver(handMadeTables(TWO_COLLATERALS), { seizureOrder });
    expect(shown(liquidate(frame, "50", requested))).toEqual([
      [LSULP, "12000"],
      [USDC, "0"],
    ]);
  });

  it("gives back the part of a payment that no collateral covers", () => {
    const frame = frameOver(
      handMadeTables({ "#1#": handMadeCdp({ [USDC]: "80" }, { [XRD]: "1070" }) }),
    );
    expect(shown(liquidate(frame, "50", [XRD]))).toEqual([
      [XRD, "1056"],
      [USDC, "46"],
    ]);
    expect(frame.state.cdps.get("#1#")?.collaterals).toEqual([]);
  });

  it.each([
    ["a resource the CDP does not owe", { resource: LSULP, amount: new Num(1) }, [XRD], "owes no"],
    [
      "a collateral the CDP does not have",
      { resource: USDC, amount: new Num(1) },
      [LSULP],
      "no col",
    ],
    ["nothing paid", { resource: USDC, amount: new Num(0) }, [XRD], "nothing to repay"],
    ["nothing asked for", { resource: USDC, amount: new Num(1) }, [], "no collateral to seize"],
  ])("refuses %s", (_, payment, requested, message) => {
    const frame = frameOver(handMadeTables(OVER_LINE));
    expect(() => liquidateOnce(frame, "#1#", { payment, requested })).toThrow(message);
  });
});

function liquidate(frame: Frame, amount: string, requested: readonly string[] | null): Bucket[] {
  const payment = { resource: USDC, amount: new Num(amount) };
  return liquidateOnce(frame, "#1#", { payment, requested });
}

function shown(buckets: readonly Bucket[]): [string, string][] {
  return buckets.map(({ resource, amount }) => [resource, text(amount)]);
}
