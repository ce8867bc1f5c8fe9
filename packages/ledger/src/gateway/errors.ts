import type { GatewayErrorCode } from "./gateway-error.ts";
import { parseRetryAfterMs } from "./retry-after.ts";

/**
 * How a fault heals:
 * - `never`: the same request will fail again
 * - `soon`: another replica, or this one in a moment, will know the state version
 * - `backoff`: by itself, or on another base URL
 * - `slowly`: the Gateway's database has to catch up
 * - `when_told`: after `afterMs`
 */
export type Healing = "never" | "soon" | "backoff" | "slowly" | "when_told";

/** One attempt that failed. */
export interface Fault {
  readonly code: GatewayErrorCode;
  readonly healing: Healing;
  /** Milliseconds to wait first, as the server asked; only with `when_told`. */
  readonly afterMs: number | null;
  /** Whether it says something about the base URL (then it counts against it) or only about the request. */
  readonly endpointIsIll: boolean;
  readonly message: string;
  readonly status: number | null;
  readonly detailsType: string | null;
  readonly cause?: unknown;
}

const BEYOND_HEAD = "beyond the end of the known ledger";
const LONGEST_MESSAGE = 400;
const SERVER_ASKS_TO_WAIT = new Set([429, 503]);
const GATEWAY_TIMEOUTS = new Set([408, 504, 524]);

/**
 * What a non-2xx answer means, and whether asking again can help. The one place that decides it.
 *
 * Source: radixdlt/babylon-gateway, apps/GatewayApi/ExceptionHandlingMiddleware and Exceptions; whatever fronts a public
 * Gateway adds 429, 502, 503 and 504, with bodies that need not be JSON.
 *
 * @param wallMs the time now, milliseconds since 1970, for a Retry-After that is a date
 */
export function judgeResponse(
  answer: { readonly status: number; readonly retryAfter: string | null; readonly text: string },
  wallMs: number,
): Fault {
  const { status, retryAfter, text } = answer;
  const body = parseErrorBody(text);
  const fault = (code: GatewayErrorCode, healing: Healing, endpointIsIll: boolean): Fault => ({
    code,
    healing,
    endpointIsIll,
    afterMs: null,
    message: shorten(`HTTP ${status}: ${body.message}`),
    status,
    detailsType: body.type,
  });

  if (SERVER_ASKS_TO_WAIT.has(status)) {
    const afterMs = parseRetryAfterMs(retryAfter, wallMs);
    const limited = status === 429;
    const code = limited ? "gateway_rate_limited" : "gateway_unavailable";
    const base = fault(code, "backoff", !limited);
    return afterMs === null ? base : { ...base, healing: "when_told", afterMs };
  }
  if (GATEWAY_TIMEOUTS.has(status)) return fault("gateway_timeout", "backoff", true);
  if (status === 404) return fault("gateway_not_found", "never", false);
  if (status >= 500) return judgeServerError(status, body, fault);
  if (body.type === "InvalidTransactionError") {
    return fault("gateway_invalid_transaction", "never", false);
  }
  if (status === 400 && text.toLowerCase().includes(BEYOND_HEAD)) {
    return fault("gateway_beyond_head", "soon", false);
  }
  return fault("gateway_invalid_request", "never", false);
}

function judgeServerError(
  status: number,
  body: ErrorBody,
  fault: (code: GatewayErrorCode, healing: Healing, endpointIsIll: boolean) => Fault,
): Fault {
  if (body.type === "NotSyncedUpError") return fault("gateway_unavailable", "slowly", true);
  if (body.type?.startsWith("Invalid")) return fault("gateway_invalid_request", "never", false);
  const healing = status === 500 || status === 502 ? "backoff" : "never";
  return fault("gateway_unavailable", healing, true);
}

/** No connection, or one that broke. */
export function networkFault(cause: unknown): Fault {
  return {
    ...WITHOUT_ANSWER,
    code: "gateway_unavailable",
    message: shorten(describeCause(cause)),
    cause,
  };
}

/** No complete answer within `timeoutMs`; the request was cancelled. */
export function timeoutFault(timeoutMs: number): Fault {
  return {
    ...WITHOUT_ANSWER,
    code: "gateway_timeout",
    message: `no answer within ${timeoutMs} ms`,
  };
}

/** A 2xx whose body does not parse: cut off, or a proxy's page. */
export function brokenBodyFault(status: number, text: string): Fault {
  return {
    ...WITHOUT_ANSWER,
    code: "gateway_unavailable",
    message: shorten(`HTTP ${status} without JSON: ${text}`),
    status,
  };
}

const WITHOUT_ANSWER = {
  healing: "backoff",
  afterMs: null,
  endpointIsIll: true,
  status: null,
  detailsType: null,
} as const;

interface ErrorBody {
  readonly message: string;
  readonly type: string | null;
}

function parseErrorBody(text: string): ErrorBody {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { message: text.trim() === "" ? "(empty body)" : text, type: null };
  }
  if (typeof body !== "object" || body === null) return { message: text, type: null };
  const { message, details } = body as { message?: unknown; details?: unknown };
  const { type } = (details ?? {}) as { type?: unknown };
  const detail = details === undefined ? "" : ` ${JSON.stringify(details)}`;
  return {
    message: `${typeof message === "string" ? message : text}${detail}`,
    type: typeof type === "string" ? type : null,
  };
}

function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return "request failed";
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${inner}`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}
