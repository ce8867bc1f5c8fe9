import type { LedgerHealth } from "@weft/ledger";
import { addDecimal, DECIMAL_ONE, type Decimal, isLiquidatable, mulDecimal } from "@weft/protocol";

/** The least that is over the line. */
const JUST_OVER = addDecimal(DECIMAL_ONE, 1n as Decimal);

/**
 * A CDP within its line as it would be right at it, had it pledged less: of every collateral the same part is left. Debts,
 * prices and the terms of NFTs stay, so what a liquidation costs and earns stays; what there is to take shrinks. A CDP over
 * the line stays as it is.
 */
export function asIfUnderWater(health: LedgerHealth): LedgerHealth {
  const { liquidationLtv: left } = health;
  if (isLiquidatable(left)) return health;
  return {
    ...health,
    collateralValue: mulDecimal(health.collateralValue, left),
    liquidationCollateralValue: mulDecimal(health.liquidationCollateralValue, left),
    liquidationLtv: JUST_OVER,
    collaterals: health.collaterals.map((held) => ({
      ...held,
      amount: mulDecimal(held.amount, left),
      value: mulDecimal(held.value, left),
      liquidationValue: mulDecimal(held.liquidationValue, left),
    })),
  };
}
