/**
 * How the rehearsal of one CDP can end.
 *
 * - `would_liquidate`: it is over the line, and the ledger took the very transaction by preview.
 * - `refused_healthy`: within its line. Its payment worked by itself, and the market refused the whole, as it must.
 * - `refused_unproven`: the same, but its payment could not be tried by itself.
 * - `planned`: there is a plan, and no account to preview it with.
 * - `bad_debt`, `dust`, `unprofitable`, `switched_off`, `unpriced`, `price_suspect`: the liquidator would leave it alone, too.
 * - `treasury_short`: it would pay, if there were more in the account, or a way to borrow it.
 * - `payment_failed`: withdrawing the payment, or borrowing it, fails by itself.
 * - `preview_failed`: it is over the line, and the ledger refused every plan.
 * - `undecodable`: its data is not what this version can read.
 */
export const VERDICTS = [
  "would_liquidate",
  "refused_healthy",
  "refused_unproven",
  "planned",
  "bad_debt",
  "dust",
  "unprofitable",
  "switched_off",
  "unpriced",
  "price_suspect",
  "treasury_short",
  "payment_failed",
  "preview_failed",
  "undecodable",
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Nothing stands against liquidating it, as far as a rehearsal can tell. */
const FINE: readonly Verdict[] = [
  "would_liquidate",
  "refused_healthy",
  "refused_unproven",
  "planned",
];

/** Something of ours is amiss: the account, the routes, the plan, or the manifest. */
const FAULTS: readonly Verdict[] = [
  "treasury_short",
  "payment_failed",
  "preview_failed",
  "undecodable",
];

export const isFine = (verdict: Verdict): boolean => FINE.includes(verdict);
export const isFault = (verdict: Verdict): boolean => FAULTS.includes(verdict);
