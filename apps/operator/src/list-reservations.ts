import { formatDecimal } from "@weft/protocol";
import { heldAmounts, hourEndsAtMs, hourlyFees, hourOf, type TreasuryBooks } from "@weft/store";
import { type Answer, alignColumns, formatInstant } from "./answer.ts";

/**
 * What of the account is promised to whom, the oldest first, and what the hour has cost so far.
 *
 * @param ceilingXrdPerHour null when it is not known here
 */
export function listReservations(
  books: TreasuryBooks,
  nowMs: number,
  ceilingXrdPerHour: string | null,
): Answer {
  const hour = hourOf(nowMs);
  const { paidXrd, heldXrd } = hourlyFees(books, hour);
  const holds = books.holds
    .toSorted((a, b) => a.reservedAtMs - b.reservedAtMs)
    .map(({ cdpId, attempt, amounts, reservedAtMs }) => ({
      cdpId,
      attempt,
      reservedAt: formatInstant(reservedAtMs),
      ageSeconds: Math.max(0, Math.round((nowMs - reservedAtMs) / 1_000)),
      amounts: [...amounts].map(([resource, amount]) => ({
        resource,
        amount: formatDecimal(amount),
      })),
    }));
  const held = [...heldAmounts(books)].map(([resource, amount]) => ({
    resource,
    amount: formatDecimal(amount),
  }));
  const fees = {
    hourEndsAt: formatInstant(hourEndsAtMs(hour)),
    paidXrd: formatDecimal(paidXrd),
    heldXrd: formatDecimal(heldXrd),
    ceilingXrd: ceilingXrdPerHour,
  };
  const rows = holds.map(({ cdpId, attempt, ageSeconds, amounts }) => [
    cdpId,
    String(attempt),
    `${ageSeconds} s`,
    amounts.map(({ resource, amount }) => `${amount} of ${resource}`).join(", "),
  ]);
  return {
    value: { holds, held, fees },
    lines: [
      ...(rows.length === 0
        ? ["nothing is promised"]
        : alignColumns(["CDP", "attempt", "age", "amounts"], rows)),
      ...held.map(({ resource, amount }) => `in all ${amount} of ${resource}`),
      `fees of the hour until ${fees.hourEndsAt}: ${fees.paidXrd} XRD paid, at most ${fees.heldXrd} XRD under way${ceilingXrdPerHour === null ? "" : `, ceiling ${ceilingXrdPerHour} XRD`}`,
    ],
  };
}
