import type { Ending, Outcome } from "@weft/messages";
import { addDecimal, DECIMAL_ZERO, formatDecimal, parseDecimal } from "@weft/protocol";
import type { Answer } from "./answer.ts";
import { outcomeRows } from "./list-attempts.ts";

/** How attempts ended, each and in sum. */
export function listOutcomes(found: readonly Outcome[], ending: Ending | null): Answer {
  const outcomes = found.filter((outcome) => ending === null || outcome.ending === ending);
  const counts: Partial<Record<Ending, number>> = {};
  let profit = DECIMAL_ZERO;
  for (const outcome of outcomes) {
    counts[outcome.ending] = (counts[outcome.ending] ?? 0) + 1;
    if (outcome.profitXrd !== null) profit = addDecimal(profit, parseDecimal(outcome.profitXrd));
  }
  const profitXrd = formatDecimal(profit);
  const sums = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return {
    value: { counts, profitXrd, outcomes },
    lines:
      outcomes.length === 0
        ? ["no outcomes in that time"]
        : [...outcomeRows(outcomes), "", `${sums.join(", ")}; profit ${profitXrd} XRD`],
  };
}
