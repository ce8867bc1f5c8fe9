import type { Balances } from "@weft/ledger";
import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  formatDecimal,
  type LiquidationPlan,
  spendOf,
  subDecimal,
} from "@weft/protocol";
import { AppError, createRecent } from "@weft/runtime";
import {
  type Amounts,
  freeAmounts,
  type Hold,
  hourEndsAtMs,
  hourlyFees,
  hourOf,
  type Reservations,
  requireNewer,
  type SettleRequest,
  type TreasuryBooks,
} from "@weft/store";
import type { Treasury } from "./judge-position.ts";

export interface TreasurerDeps {
  readonly reservations: Pick<Reservations, "read" | "reserve" | "settle">;
  readonly readBalances: (signal: AbortSignal) => Promise<Balances>;
  readonly xrd: string;
  readonly feeLockXrd: Decimal;
  /** What has to stay in the account, by resource; fees alone may go below it. */
  readonly keep: Amounts;
  readonly ceilingXrdPerHour: Decimal;
  readonly wallMs: () => number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** Hears what the account holds and what is promised of it. */
  readonly observe: (balances: Amounts, books: TreasuryBooks) => void;
}

export interface ReserveFundsRequest {
  readonly cdpId: string;
  readonly attempt: number;
  readonly fence: number;
  readonly plan: LiquidationPlan;
  /** As it was judged by. */
  readonly treasury: Treasury;
}

export type Funding =
  | { readonly kind: "reserved" }
  /** Others were faster since the treasury was read: what is missing is promised to them. */
  | { readonly kind: "short"; readonly detail: string };

/**
 * Keeps what the account holds from being promised twice, and the fees of an hour under their ceiling.
 *
 * read (books first, then the balance) → planned with what is free → reserved, or short → settled at finality.
 */
export interface Treasurer {
  /**
   * The head and the balances there, with books that are older than both: as they were a moment ago, but not before a state
   * version that is known. Old figures are safe to plan with, since a reservation is checked against new books; they only
   * promise too much more often.
   */
  read(knownVersion: bigint, signal: AbortSignal): Promise<Treasury>;
  /**
   * What the attempt on a CDP may plan with. Asks nobody.
   *
   * @throws {AppError} `spend_ceiling` (retry) while the hour's fees leave no room for one more; `head_behind` (retry) when
   *   the balances do not know of our own last commits yet
   */
  fundsFor(cdpId: string, treasury: Treasury): Treasury;
  /** @throws {AppError} `spend_ceiling` (retry), `lease_lost` (retry) */
  reserve(request: ReserveFundsRequest, signal: AbortSignal): Promise<Funding>;
  settle(end: Omit<SettleRequest, "nowMs" | "hold">, signal: AbortSignal): Promise<void>;
}

/** A burst plans some dozen times in it; idle, a candidate reads the treasury once. */
const MAX_AGE_MS = 300;

export function createTreasurer(deps: TreasurerDeps): Treasurer {
  const { reservations, feeLockXrd, ceilingXrdPerHour, wallMs, nowMs } = deps;
  const age = { maxAgeMs: MAX_AGE_MS, nowMs };
  const recentBooks = createRecent({ read: (signal) => reservations.read(signal), ...age });
  const recentTreasury = createRecent({ read: look, ...age });
  /** What was reserved here and is not settled; each position is worked on in one place. */
  const reserved = new Map<string, Hold>();
  return {
    async read(knownVersion, signal) {
      const recent = await recentTreasury.read();
      signal.throwIfAborted();
      return recent.head.stateVersion >= knownVersion ? recent : recentTreasury.readAnew();
    },
    fundsFor(cdpId, treasury) {
      const { head, amounts, books } = treasury;
      if (amounts === null || books === undefined) return treasury;
      requireNewer({ stateVersion: head.stateVersion, booksBefore: books });
      const hour = hourOf(wallMs());
      const { paidXrd, heldXrd } = hourlyFees(books, hour);
      if (addDecimal(addDecimal(paidXrd, heldXrd), feeLockXrd) > ceilingXrdPerHour) {
        throw spendCeiling(paidXrd, heldXrd, hourEndsAtMs(hour));
      }
      return { ...treasury, amounts: freeAmounts(amounts, books, cdpId) };
    },
    async reserve({ cdpId, attempt, fence, plan, treasury }, signal) {
      const { head, amounts, books } = treasury;
      if (amounts === null || books === undefined) throw new Error("nothing to reserve from");
      const balances = spendableFor(plan, amounts, deps);
      const funds = { balances, stateVersion: head.stateVersion, booksBefore: books };
      const wanted = amountsFor(plan, deps);
      const limits = { feeXrd: feeLockXrd, ceilingXrdPerHour, nowMs: wallMs() };
      const askedMs = nowMs();
      const answer = await reservations.reserve(
        { cdpId, attempt, fence, funds, amounts: wanted, ...limits },
        signal,
      );
      if (answer.kind === "ceiling_hit") {
        throw spendCeiling(answer.paidXrd, answer.heldXrd, answer.hourEndsAtMs);
      }
      if (answer.kind === "reserved") {
        recentBooks.learn(answer.books, askedMs);
        reserved.set(cdpId, {
          ...{ cdpId, attempt, fence, amounts: wanted },
          ...{ feeXrd: feeLockXrd, reservedAtMs: limits.nowMs },
        });
        return { kind: "reserved" };
      }
      recentBooks.forget();
      recentTreasury.forget();
      const missing = formatDecimal(answer.missing);
      const detail = `${missing} of ${answer.resource} too few beside what is promised already`;
      return { kind: "short", detail };
    },
    async settle(end, signal) {
      const { cdpId, attempt } = end;
      const own = reserved.get(cdpId);
      const hold = own?.attempt === attempt ? own : undefined;
      await reservations.settle({ ...end, nowMs: wallMs(), hold }, signal);
      reserved.delete(cdpId);
    },
  };

  async function look(signal: AbortSignal): Promise<Treasury> {
    // Before the balance: what these books hold no more, the balance knows of.
    const books = await recentBooks.read();
    const { head, amounts } = await deps.readBalances(signal);
    deps.observe(amounts, books);
    return { head, amounts, books };
  }

  function spendCeiling(paidXrd: Decimal, heldXrd: Decimal, untilMs: number): AppError {
    const figures = `${formatDecimal(paidXrd)} XRD paid and ${formatDecimal(heldXrd)} locked`;
    const limit = `${formatDecimal(ceilingXrdPerHour)} allowed`;
    const until = new Date(untilMs).toISOString();
    const message = `fees of this hour: ${figures}, of ${limit}; nothing is signed until ${until}`;
    return new AppError("spend_ceiling", message, { disposition: "retry" });
  }
}

/** All that a transaction may take out of the account: what its plan spends, and the fee at its most. */
function amountsFor(
  plan: LiquidationPlan,
  { xrd, feeLockXrd }: Pick<TreasurerDeps, "xrd" | "feeLockXrd">,
): Amounts {
  const spend = new Map(spendOf(plan, xrd));
  return spend.set(xrd, addDecimal(spend.get(xrd) ?? DECIMAL_ZERO, feeLockXrd));
}

/** The balances less what has to stay, where the plan pays: what was planned side by side must not eat it up together. */
function spendableFor(
  plan: LiquidationPlan,
  balances: Amounts,
  { xrd, keep }: Pick<TreasurerDeps, "xrd" | "keep">,
): Amounts {
  const spend = spendOf(plan, xrd);
  return new Map(
    Array.from(balances, ([resource, balance]) => {
      const kept = spend.has(resource) ? (keep.get(resource) ?? DECIMAL_ZERO) : DECIMAL_ZERO;
      return [resource, balance > kept ? subDecimal(balance, kept) : DECIMAL_ZERO];
    }),
  );
}
