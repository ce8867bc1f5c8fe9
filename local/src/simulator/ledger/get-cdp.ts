import { unnamedMode } from "./cdp-sbor.ts";
import type { CdpHealth, CollateralHealth, LoanHealth } from "./health.ts";
import { type Num, text } from "./numbers.ts";
import {
  array,
  bool,
  decimal,
  map,
  option,
  reference,
  string,
  tuple,
  u16,
  u64,
  variant,
} from "./sbor.ts";
import type { SborNode } from "./types.ts";

/** One CDPHealthChecker as a preview returns it: by position, without names (radix-weft.md 1.3). */
export function healthCheckerNode(health: CdpHealth): SborNode {
  return tuple(
    amount(health.loanValue),
    amount(health.adjustedLoanValue),
    amount(health.collateralValue),
    amount(health.healthCollateralValue),
    amount(health.liquidationCollateralValue),
    array("U16", []),
    array("U16", []),
    amount(health.healthLtv),
    amount(health.liquidationLtv),
    decimal("0"),
    amount(health.discountedCollateralValue),
    map(
      "Reference",
      "Tuple",
      health.loans.map((loan) => ({ key: reference(loan.state.asset), value: loanNode(loan) })),
    ),
    map(
      "Reference",
      "Tuple",
      health.collaterals.map((held) => ({
        key: reference(held.state.resource),
        value: collateralNode(held),
      })),
    ),
    map("Reference", "Map", []),
  );
}

function loanNode(loan: LoanHealth): SborNode {
  const { groupId } = loan.entry.asset;
  return tuple(
    amount(loan.price),
    decimal(loan.state.units),
    amount(loan.amount),
    amount(loan.value),
    amount(loan.adjustedValue),
    tuple(
      string(loan.config.description),
      amount(loan.config.valueFactor),
      amount(loan.config.closeFactor),
    ),
    u64(loan.state.version),
    tuple(u16(0), array("U16", []), option(groupId === null ? null : u16(groupId))),
  );
}

function collateralNode(held: CollateralHealth): SborNode {
  const { asset, assetAddress, isDepositUnit } = held.entry;
  return tuple(
    amount(held.price),
    amount(held.amount),
    amount(held.value),
    amount(held.healthValue),
    amount(held.liquidationValue),
    amount(held.discountedValue),
    tuple(
      string(held.config.description),
      amount(held.config.loanToValue),
      amount(held.config.thresholdSpread),
      amount(held.config.bonusRate),
    ),
    tuple(u64(held.state.version), unnamedMode(held.state.mode)),
    tuple(
      u16(asset.collateralConfigId),
      option(null),
      array("U16", asset.groupId === null ? [] : [u16(asset.groupId)]),
    ),
    bool(false),
    isDepositUnit ? variant(2, reference(assetAddress)) : variant(0),
  );
}

function amount(value: Num): SborNode {
  return decimal(text(value));
}
