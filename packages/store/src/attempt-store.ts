import type {
  AttemptRecord,
  CdpState,
  FailedDelivery,
  FinalAttempt,
  Quarantine,
  SignedAttempt,
  UnfinalAttempt,
} from "./attempt-record.ts";

/** Names a CDP and the lease under which something is written. */
export interface LeaseRef {
  readonly cdpId: string;
  /** Rises with every lease of the CDP; a lower one is a lease that was lost. */
  readonly fence: number;
}

/** A write under a lease, which may extend it with the same request. */
export interface LeaseWrite extends LeaseRef {
  /** Wall time that the lease shall end at, milliseconds since 1970; as it is when absent. */
  readonly leaseUntilMs?: number | undefined;
}

export type LeaseAnswer =
  | { readonly kind: "acquired"; readonly fence: number; readonly record: AttemptRecord }
  /** `untilMs` is when the holder's lease ends unless renewed; 0 when it has just let go. */
  | { readonly kind: "held"; readonly owner: string; readonly untilMs: number };

/** An unfinal attempt found in the table. */
export interface OpenAttempt {
  readonly cdpId: string;
  readonly unfinal: UnfinalAttempt;
  readonly leaseOwner: string;
  /** Wall time, milliseconds since 1970; 0 once released. Nobody is at work when it is past. */
  readonly leaseUntilMs: number;
}

/** A CDP in quarantine, or one that was and has not been tried since. */
export interface QuarantinedCdp {
  readonly cdpId: string;
  readonly quarantine: Quarantine;
}

/**
 * The leases and attempts on CDPs, one item per CDP, written by single-item conditional writes only.
 *
 * lease: free → held (acquire, fence + 1) → held (renew) → free (release, or expiry).
 * attempt n: none → unfinal (signed) → unfinal (submitted) → final, and n + 1 is next. An attempt that signs nothing
 * goes from none to final.
 *
 * Every write names its fence. Once another lease began, or this one was released, it throws `AppError` `lease_lost`
 * (retry) and changes nothing. A lease that merely expired can still be written under: nobody else has begun.
 * What is recorded of an attempt may extend the lease with the same write.
 * A write that arrived although its answer was lost may be repeated, and says so by succeeding.
 * Whatever DynamoDB does not do is `AppError` `state_table_failed` (retry).
 * Times are wall milliseconds since 1970; workers whose clocks differ lose leases early, never safety.
 */
export interface AttemptStore {
  /** One write. Whoever holds an unexpired lease, the same owner included, keeps it: it is renewed by its fence. */
  acquireLease(
    request: {
      readonly cdpId: string;
      readonly owner: string;
      readonly nowMs: number;
      readonly leaseMs: number;
    },
    signal: AbortSignal,
  ): Promise<LeaseAnswer>;
  renewLease(
    request: LeaseRef & {
      /** Wall time that the lease ends at from now on, milliseconds since 1970. */
      readonly leaseUntilMs: number;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** The CDP is free at once. The same write remembers what became of the message, when it failed. */
  releaseLease(
    request: LeaseRef & { readonly failedDelivery?: FailedDelivery | undefined },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * To be written before anything is submitted.
   *
   * @throws {AppError} `unfinal_attempt` (park) while another attempt has no end; `attempt_out_of_order` (park) when its
   *   number is not the next
   */
  recordSigned(
    write: LeaseWrite & { readonly attempt: SignedAttempt },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * The first submission is kept; later ones change nothing.
   *
   * @throws {AppError} `attempt_out_of_order` (park) when nothing is signed
   */
  recordSubmitted(
    write: LeaseWrite & { readonly submittedAtMs: number },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Ends the attempt under way. One that is signed ends by its own intent alone: whoever does not name it does not know
   * of it, and must not bury it. The same write puts the CDP into quarantine, ends its quarantine (null), or leaves that
   * as it is (undefined).
   *
   * @throws {AppError} `unfinal_attempt` (park) when another intent is signed than the one named, or one is and none is
   *   named; `attempt_out_of_order` (park) when its number is not the one under way, or nothing is signed of what is named
   */
  recordFinal(
    write: LeaseWrite &
      FinalAttempt & {
        /** Of the signed attempt that ends; null when nothing was signed. */
        readonly intentHash: string | null;
        readonly quarantine?: Quarantine | null | undefined;
      },
    signal: AbortSignal,
  ): Promise<void>;
  /** What is known of a CDP as of now; undefined when no lease on it was ever taken. */
  read(cdpId: string, signal: AbortSignal): Promise<CdpState | undefined>;
  /**
   * Every attempt that has no end, in no order. An item that cannot be read does not hide the others.
   *
   * @throws {AppError} `stored_value_invalid` (park), after the last that could be read
   */
  listUnfinal(signal: AbortSignal): AsyncIterable<OpenAttempt>;
  /**
   * Every CDP with a quarantine, those whose time is over included, in no order.
   *
   * @throws {AppError} `stored_value_invalid` (park), after the last that could be read
   */
  listQuarantined(signal: AbortSignal): AsyncIterable<QuarantinedCdp>;
  /** Ends a quarantine by hand, whoever holds the lease. Resolves to whether there was one. */
  releaseQuarantine(cdpId: string, signal: AbortSignal): Promise<boolean>;
}
