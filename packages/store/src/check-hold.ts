import { addDecimal, DECIMAL_ZERO, subDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { HoldVerdict, KnownFunds, ReserveRequest } from "./reservations.ts";
import {
  heldAmounts,
  hourEndsAtMs,
  hourlyFees,
  hourOf,
  type TreasuryBooks,
} from "./treasury-books.ts";

/**
 * Whether all that is held, the asked-for hold included, fits the balances and the ceiling.
 * Only what is asked for is looked at: somebody else's trouble is not ours.
 */
export function checkHold(
  { amounts, funds, ceilingXrdPerHour, nowMs }: ReserveRequest,
  books: TreasuryBooks,
): HoldVerdict {
  const hour = hourOf(nowMs);
  const { paidXrd, heldXrd } = hourlyFees(books, hour);
  if (addDecimal(paidXrd, heldXrd) > ceilingXrdPerHour) {
    return { kind: "ceiling_hit", paidXrd, heldXrd, hourEndsAtMs: hourEndsAtMs(hour) };
  }
  const held = heldAmounts(books);
  for (const resource of amounts.keys()) {
    const since = subDecimal(
      books.left.get(resource) ?? DECIMAL_ZERO,
      funds.booksBefore.left.get(resource) ?? DECIMAL_ZERO,
    );
    const there = subDecimal(funds.balances.get(resource) ?? DECIMAL_ZERO, since);
    const missing = subDecimal(held.get(resource) ?? DECIMAL_ZERO, there);
    if (missing > 0n) return { kind: "short", resource, missing };
  }
  return { kind: "reserved" };
}

/**
 * Balances that do not know of a commit which the books have settled already would be spent twice.
 *
 * @throws {AppError} `head_behind` (retry)
 */
export function requireNewer({
  stateVersion,
  booksBefore: { settledVersion },
}: Pick<KnownFunds, "stateVersion" | "booksBefore">): void {
  if (stateVersion >= settledVersion) return;
  const message = `balances of state version ${stateVersion}, but a commit at ${settledVersion} is settled`;
  throw new AppError("head_behind", message, { disposition: "retry" });
}
