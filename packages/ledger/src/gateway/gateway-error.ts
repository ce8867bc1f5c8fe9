import { AppError, type Disposition } from "@weft/runtime";

/** Why a Gateway call ended without an answer. Stable, fit for a metric label. */
export type GatewayErrorCode =
  /** No connection, a server's own failure, or an answer that is not JSON. */
  | "gateway_unavailable"
  | "gateway_rate_limited"
  /** No answer in time: ours, or the Gateway gave up on its database. */
  | "gateway_timeout"
  /** The pinned state version is newer than what this replica has. */
  | "gateway_beyond_head"
  | "gateway_invalid_request"
  /** The ledger would not take the transaction up; it may already be committed, so ask its status first. */
  | "gateway_invalid_transaction"
  | "gateway_not_found"
  /** JSON, but not what the API describes. */
  | "gateway_unexpected_answer";

const DISPOSITIONS: Readonly<Record<GatewayErrorCode, Disposition>> = {
  gateway_unavailable: "retry",
  gateway_rate_limited: "retry",
  gateway_timeout: "retry",
  gateway_beyond_head: "retry",
  gateway_unexpected_answer: "retry",
  gateway_invalid_request: "park",
  gateway_invalid_transaction: "park",
  gateway_not_found: "park",
};

export interface GatewayErrorOptions {
  readonly code: GatewayErrorCode;
  readonly endpoint: string;
  readonly message: string;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** `details.type` of the Gateway's error body; null when there was none. */
  readonly detailsType: string | null;
  readonly askForLess?: boolean;
  readonly cause?: unknown;
}

/** A Gateway call failed after every retry that made sense. */
export class GatewayError extends AppError {
  declare readonly code: GatewayErrorCode;
  readonly endpoint: string;
  readonly status: number | null;
  readonly detailsType: string | null;
  /** The request was too much for the Gateway: half of it may be answered. */
  readonly askForLess: boolean;

  constructor(options: GatewayErrorOptions) {
    // A transaction that is not found may only not be committed yet, or not on this replica.
    const notYet = options.detailsType === "TransactionNotFoundError";
    super(options.code, `${options.endpoint}: ${options.message}`, {
      disposition: notYet ? "retry" : DISPOSITIONS[options.code],
      cause: options.cause,
    });
    this.name = "GatewayError";
    this.endpoint = options.endpoint;
    this.status = options.status;
    this.detailsType = options.detailsType;
    this.askForLess = options.askForLess ?? false;
  }
}
