import { Agent, interceptors, request as sendRequest } from "undici";
import {
  brokenBodyFault,
  type Fault,
  judgeResponse,
  networkFault,
  timeoutFault,
} from "./errors.ts";
import type { GatewayTiming } from "./timing.ts";

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; undefined for the endpoints that take none. */
  readonly body: string | undefined;
}

export type Answer =
  | { readonly kind: "ok"; readonly json: unknown }
  | { readonly kind: "fault"; readonly fault: Fault };

/** Not the global `fetch`, which is made of web streams and costs a multiple: `npm run bench:transport` compares. */
const connections = new Agent().compose(interceptors.decompress({ skipErrorResponses: false }));

/**
 * One POST, read to its end. The time-out cancels the request, and covers the body too.
 *
 * @throws the signal's reason, and nothing else, once the caller has given up
 */
export async function sendOnce(
  request: OutgoingRequest,
  limits: {
    readonly timeoutMs: number;
    readonly timing: Pick<GatewayTiming, "wallMs" | "setTimer">;
    readonly signal: AbortSignal;
  },
): Promise<Answer> {
  const { timeoutMs, timing, signal } = limits;
  signal.throwIfAborted();
  // A controller of our own, not AbortSignal.any: nothing stays behind on a signal that lives as long as the process.
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let timedOut = false;
  const cancelTimer = timing.setTimer(timeoutMs, () => {
    timedOut = true;
    controller.abort();
  });
  try {
    return await exchange(request, controller.signal, timing.wallMs());
  } catch (cause) {
    signal.throwIfAborted();
    return { kind: "fault", fault: timedOut ? timeoutFault(timeoutMs) : networkFault(cause) };
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", onAbort);
  }
}

async function exchange(
  { url, headers, body }: OutgoingRequest,
  signal: AbortSignal,
  wallMs: number,
): Promise<Answer> {
  const response = await sendRequest(url, {
    method: "POST",
    headers: { ...headers, "accept-encoding": "gzip" },
    body: body ?? null,
    signal,
    dispatcher: connections,
  });
  const { statusCode: status } = response;
  const text = await response.body.text();
  if (status < 200 || status > 299) {
    const retryAfter = retryAfterOf(response.headers);
    return { kind: "fault", fault: judgeResponse({ status, retryAfter, text }, wallMs) };
  }
  try {
    return { kind: "ok", json: JSON.parse(text) };
  } catch {
    return { kind: "fault", fault: brokenBodyFault(status, text) };
  }
}

/** The first, where there are several. */
function retryAfterOf({
  "retry-after": value,
}: Readonly<Record<string, string | string[] | undefined>>): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
