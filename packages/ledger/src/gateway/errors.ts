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

/** What a failure means for the request, for the base URL it came from, and for how much may be asked at once. */
interface Judgement {
  readonly code: GatewayErrorCode;
  readonly healing: Healing;
  /** Whether it says something about the base URL (then it counts against it) or only about the request. */
  readonly endpointIsIll: boolean;
  /** The replica's state is older than others'. */
  readonly replicaIsBehind: boolean;
  /** The Gateway has too much to do: fewer requests at once. */
  readonly overload: boolean;
  /** The request itself was too much: ask for half. Nothing else halves a batch, least of all a 429. */
  readonly askForLess: boolean;
}

/** One attempt that failed. */
export interface Fault extends Judgement {
  /** Milliseconds to wait first, as the server asked; only with `when_told`. */
  readonly afterMs: number | null;
  readonly message: string;
  readonly status: number | null;
  readonly detailsType: string | null;
  readonly cause?: unknown;
}

const INNOCENT = {
  endpointIsIll: false,
  replicaIsBehind: false,
  overload: false,
  askForLess: false,
};
const ILL = { ...INNOCENT, endpointIsIll: true };

/** Every way to fail. Source: radixdlt/babylon-gateway, apps/GatewayApi/ExceptionHandlingMiddleware and Exceptions. */
const JUDGEMENTS = {
  invalidRequest: { ...INNOCENT, code: "gateway_invalid_request", healing: "never" },
  invalidTransaction: { ...INNOCENT, code: "gateway_invalid_transaction", healing: "never" },
  notFound: { ...INNOCENT, code: "gateway_not_found", healing: "never" },
  beyondHead: {
    ...INNOCENT,
    ...{ code: "gateway_beyond_head", healing: "soon", replicaIsBehind: true },
  },
  notSynced: {
    ...ILL,
    ...{ code: "gateway_unavailable", healing: "slowly", replicaIsBehind: true },
  },
  rateLimited: {
    ...INNOCENT,
    ...{ code: "gateway_rate_limited", healing: "backoff", overload: true },
  },
  overloaded: { ...ILL, code: "gateway_unavailable", healing: "backoff", overload: true },
  timedOut: { ...ILL, code: "gateway_timeout", healing: "backoff", overload: true },
  /** The Gateway gave up on its database after ten seconds. */
  tookTooLong: {
    ...ILL,
    ...{ code: "gateway_timeout", healing: "backoff", overload: true, askForLess: true },
  },
  unavailable: { ...ILL, code: "gateway_unavailable", healing: "backoff" },
  unknown: { ...ILL, code: "gateway_unavailable", healing: "never" },
} as const satisfies Record<string, Judgement>;

const BEYOND_HEAD = "beyond the end of the known ledger";
const LONGEST_MESSAGE = 400;

/**
 * What a non-2xx answer means, and whether asking again, or for less, can help. The one place that decides it.
 *
 * Whatever fronts a public Gateway adds 429, 502, 503 and 504, with bodies that need not be JSON.
 *
 * @param wallMs the time now, milliseconds since 1970, for a Retry-After that is a date
 */
export function judgeResponse(
  answer: { readonly status: number; readonly retryAfter: string | null; readonly text: string },
  wallMs: number,
): Fault {
  const { status, retryAfter, text } = answer;
  const body = parseErrorBody(text);
  const judgement = judge(status, body.type, text);
  const fault = {
    ...judgement,
    afterMs: null,
    message: shorten(`HTTP ${status}: ${body.message}`),
    status,
    detailsType: body.type,
  };
  const mayAskToWait = status === 429 || status === 503;
  const afterMs = mayAskToWait ? parseRetryAfterMs(retryAfter, wallMs) : null;
  return afterMs === null ? fault : { ...fault, healing: "when_told", afterMs };
}

function judge(status: number, type: string | null, text: string): Judgement {
  switch (status) {
    case 404:
      return JUDGEMENTS.notFound;
    case 429:
      return JUDGEMENTS.rateLimited;
    case 503:
      return JUDGEMENTS.overloaded;
    case 408:
    case 504:
      return JUDGEMENTS.timedOut;
    case 524:
      return JUDGEMENTS.tookTooLong;
  }
  if (status >= 500) return judgeServerError(status, type);
  if (type === "InvalidTransactionError") return JUDGEMENTS.invalidTransaction;
  const beyondHead = status === 400 && text.toLowerCase().includes(BEYOND_HEAD);
  return beyondHead ? JUDGEMENTS.beyondHead : JUDGEMENTS.invalidRequest;
}

function judgeServerError(status: number, type: string | null): Judgement {
  if (type === "NotSyncedUpError") return JUDGEMENTS.notSynced;
  if (type?.startsWith("Invalid")) return JUDGEMENTS.invalidRequest;
  return status === 500 || status === 502 ? JUDGEMENTS.unavailable : JUDGEMENTS.unknown;
}

/** No connection, or one that broke. */
export function networkFault(cause: unknown): Fault {
  const message = shorten(describeCause(cause));
  return { ...JUDGEMENTS.unavailable, ...WITHOUT_STATUS, message, cause };
}

/** No complete answer within `timeoutMs`; the request was cancelled. */
export function timeoutFault(timeoutMs: number): Fault {
  const message = `no answer within ${Math.round(timeoutMs)} ms`;
  return { ...JUDGEMENTS.timedOut, ...WITHOUT_STATUS, message };
}

/** A 2xx whose body does not parse: cut off, or a proxy's page. */
export function brokenBodyFault(status: number, text: string): Fault {
  const message = shorten(`HTTP ${status} without JSON: ${text}`);
  return { ...JUDGEMENTS.unavailable, ...WITHOUT_STATUS, message, status };
}

/** A head older than one that is known already. */
export function behindFault(stateVersion: number, known: number): Fault {
  const message = `at state version ${stateVersion}, behind ${known}`;
  return { ...JUDGEMENTS.beyondHead, ...WITHOUT_STATUS, message, status: 200 };
}

const WITHOUT_STATUS = { afterMs: null, status: null, detailsType: null };

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
