import { DECIMAL_ZERO, type Decimal, formatDecimal, subDecimal } from "@weft/protocol";
import type { Logger } from "@weft/runtime";
import { type Amounts, heldAmounts, hourlyFees, hourOf, type TreasuryBooks } from "@weft/store";
import type { Metrics } from "./metrics.ts";
import type { Treasurer } from "./treasurer.ts";

export interface ShowTreasuryOptions {
  readonly metrics: Metrics;
  /** What the market lends or takes, and XRD: no other resource gets a label. */
  readonly assets: readonly string[];
  readonly xrd: string;
  readonly ceilingXrdPerHour: Decimal;
  readonly minBalanceXrd: Decimal;
  readonly wallMs: () => number;
}

/** Metrics hold rounded figures: the ledger and the table hold the exact ones. */
const rounded = (amount: Decimal | undefined) =>
  amount === undefined ? 0 : Number(formatDecimal(amount));

/** Shows what the account holds and what is promised of it. */
export function showTreasury(options: ShowTreasuryOptions) {
  const { metrics, assets, xrd, wallMs } = options;
  metrics.treasuryMinimum.set(rounded(options.minBalanceXrd));
  metrics.spendCeiling.set(rounded(options.ceilingXrdPerHour));
  return (balances: Amounts, books: TreasuryBooks): void => {
    const held = heldAmounts(books);
    for (const resource of assets) {
      metrics.treasuryBalance.set({ resource }, rounded(balances.get(resource)));
      metrics.treasuryHeld.set({ resource }, rounded(held.get(resource)));
    }
    const freeXrd = subDecimal(balances.get(xrd) ?? DECIMAL_ZERO, held.get(xrd) ?? DECIMAL_ZERO);
    metrics.treasuryFree.set(rounded(freeXrd));
    metrics.treasuryRead.set(wallMs() / 1_000);
    metrics.spend.set(rounded(hourlyFees(books, hourOf(wallMs())).paidXrd));
  };
}

/** One look at the treasury, so that its figures are true also when there is nothing to do. Never rejects. */
export async function watchTreasury(
  treasurer: Pick<Treasurer, "read">,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    await treasurer.read(0n, signal);
  } catch (err) {
    if (!signal.aborted) log.warn({ err }, "the treasury could not be read");
  }
}
