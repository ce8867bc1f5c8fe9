import type { Outcome } from "@weft/messages";
import { addDecimal, DECIMAL_ZERO, formatDecimal, parseDecimal } from "@weft/protocol";
import type { TreasuryBooks } from "@weft/store";

/** What the books of the treasury must come to when nothing is under way: nothing held, and every fee counted once. */
export function treasuryFaults(
  { holds, feesXrd }: Pick<TreasuryBooks, "holds" | "feesXrd">,
  outcomes: readonly Outcome[],
): string[] {
  const counted = [...feesXrd.values()].reduce(addDecimal, DECIMAL_ZERO);
  const paid = outcomes
    .map(({ transaction }) => parseDecimal(transaction?.feeXrd ?? "0"))
    .reduce(addDecimal, DECIMAL_ZERO);
  const faults = holds.map(
    ({ cdpId, attempt }) => `funds still reserved for attempt ${attempt} on ${cdpId}`,
  );
  if (counted !== paid) {
    faults.push(
      `${formatDecimal(counted)} XRD of fees counted against the hourly ceiling, ${formatDecimal(paid)} recorded`,
    );
  }
  return faults;
}
