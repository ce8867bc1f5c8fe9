import type { LedgerCollateral, LedgerHealth } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";

export const XRD = "resource_sim1xrd";
export const USD = "resource_sim1usd";

export const xrdCollateral: LedgerCollateral = {
  resource: XRD,
  amount: parseDecimal("500"),
  price: parseDecimal("1"),
  value: parseDecimal("500"),
  liquidationValue: parseDecimal("400"),
  bonusRate: parseDecimal("0.07"),
  resourceType: "token",
  underlying: null,
  isFromNft: false,
};

/** Owes 100 USD at 2 XRD against 500 XRD, of which four fifths count: half way to its line. */
export const halfway: LedgerHealth = {
  loanValue: parseDecimal("200"),
  adjustedLoanValue: parseDecimal("200"),
  collateralValue: parseDecimal("500"),
  liquidationCollateralValue: parseDecimal("400"),
  liquidationLtv: parseDecimal("0.5"),
  loans: [
    {
      resource: USD,
      units: parseDecimal("99"),
      amount: parseDecimal("100"),
      price: parseDecimal("2"),
      value: parseDecimal("200"),
      closeFactor: parseDecimal("0.5"),
    },
  ],
  collaterals: [xrdCollateral],
  nfts: [],
};
