import type { Decimal, ResourceAddress } from "@weft/protocol";
import type { Amounts, Hold, TreasuryBooks } from "./treasury-books.ts";

/** What the account held, and books that were read before it was asked. */
export interface KnownFunds {
  readonly balances: Amounts;
  /** The ledger state of the balances. */
  readonly stateVersion: bigint;
  /** Whatever these do not hold any more has left the balances, or never will. */
  readonly booksBefore: TreasuryBooks;
}

export interface ReserveRequest {
  readonly cdpId: string;
  readonly attempt: number;
  /** Of the lease held on the CDP. */
  readonly fence: number;
  /** All that may leave the account, the locked fee included. */
  readonly amounts: Amounts;
  readonly feeXrd: Decimal;
  readonly funds: KnownFunds;
  readonly ceilingXrdPerHour: Decimal;
  /** Wall time, milliseconds since 1970. */
  readonly nowMs: number;
}

/** With the books that it was judged by, read after the request. */
export type ReserveAnswer = HoldVerdict & { readonly books: TreasuryBooks };

export type HoldVerdict =
  | { readonly kind: "reserved" }
  /** Nothing is reserved: with it, more would be promised than there is. */
  | { readonly kind: "short"; readonly resource: ResourceAddress; readonly missing: Decimal }
  /** Nothing is reserved: with it, the hour could cost more than allowed. */
  | {
      readonly kind: "ceiling_hit";
      readonly paidXrd: Decimal;
      readonly heldXrd: Decimal;
      readonly hourEndsAtMs: number;
    };

export interface SettleRequest {
  readonly cdpId: string;
  readonly attempt: number;
  /** What the transaction cost and where it lies; null when nothing of it is on ledger, nor ever will be. */
  readonly commit: { readonly feeXrd: Decimal; readonly stateVersion: bigint } | null;
  /** Wall time, milliseconds since 1970: says which hour the fee belongs to. */
  readonly nowMs: number;
  /** The hold as whoever settles it has reserved it; it is read when this is absent, or proves wrong. */
  readonly hold?: Hold | undefined;
}

/**
 * What of the account is promised to whom, over all executors and restarts. One hold per CDP at most, spread over a few
 * items, written by single-item conditional writes only.
 *
 * none → held (reserve) → none (release: nothing was signed; settle: the end is known, and the fee is counted).
 *
 * A hold is first written and then checked against everything that is held: of two that do not fit together, whoever
 * reads last sees the other. So all holds that were granted fit the balance together, whatever the order; two may also
 * refuse each other, and try again. The checked balance may be older than the books: what was settled since is taken off.
 * Balances may have grown meanwhile, and what has committed counts twice until it is settled: both err on the safe side.
 * Only what leaves the account by somebody else's hand is not known here.
 *
 * Every write may be repeated. Whatever DynamoDB does not do is `AppError` `state_table_failed` (retry).
 */
export interface Reservations {
  /**
   * One write and one read, which others of this process may share; another write when refused. Takes the place of any older hold of the CDP, whose lease is over.
   * A call that throws may have left its hold: the next one replaces it, or `release` takes it away.
   *
   * @throws {AppError} `lease_lost` (retry) when a newer lease has its hold there; `head_behind` (retry) when the balances
   *   are older than a commit that the books before them have settled
   */
  reserve(request: ReserveRequest, signal: AbortSignal): Promise<ReserveAnswer>;
  /** Ends a hold of which nothing is signed, if it is still this very one; false when it is not. */
  release(hold: Hold, signal: AbortSignal): Promise<boolean>;
  /** Ends the hold of an attempt and counts its fee, once however often it is told. No hold, nothing to do. */
  settle(request: SettleRequest, signal: AbortSignal): Promise<void>;
  /** Everything that is held, and what has been paid. */
  read(signal: AbortSignal): Promise<TreasuryBooks>;
  /** Forgets the fees of hours that no ceiling asks for any more: all but this one and the last. */
  forgetOldHours(nowMs: number, signal: AbortSignal): Promise<void>;
}
