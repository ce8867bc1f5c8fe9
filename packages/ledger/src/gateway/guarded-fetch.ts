import type { Semaphore } from "@weft/runtime";
import type { Endpoint, Endpoints } from "./endpoints.ts";
import type { Fault, Healing } from "./errors.ts";
import { GatewayError } from "./gateway-error.ts";
import type { GatewayObserver } from "./observer.ts";
import { type Answer, sendOnce } from "./send-once.ts";
import type { GatewayTiming } from "./timing.ts";
import type { TokenBucket } from "./token-bucket.ts";

export interface GuardedFetchDeps {
  readonly endpoints: Endpoints;
  readonly bucket: TokenBucket;
  readonly timing: GatewayTiming;
  readonly observe: GatewayObserver;
  /** One attempt, from sending to the last byte. */
  readonly timeoutMs: number;
  /** All attempts and the pauses between them, from the first that was allowed to start. */
  readonly budgetMs: number;
}

interface GuardedRequest {
  /** Path of the endpoint; also its name for metrics. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The lane: how many requests of its kind may be in flight. */
  readonly lane: Semaphore;
  /** False where the caller can ask for less instead of asking again. */
  readonly retryTimeouts: boolean;
  readonly signal: AbortSignal;
}

/** Sends a request and resolves with the parsed JSON of a 2xx answer. @throws {GatewayError} or the signal's reason */
export type GuardedFetch = (request: GuardedRequest) => Promise<unknown>;

/** Doubled after every attempt, milliseconds. */
const FIRST_PAUSE_MS: Readonly<Record<Exclude<Healing, "never" | "when_told">, number>> = {
  soon: 150,
  backoff: 200,
  slowly: 1_000,
};
const LONGEST_PAUSE_MS = 5_000;
/** One less than opens a breaker: a request that is poison cannot cut off the others. */
const MOST_ATTEMPTS = 7;
/** A replica that is still behind after these will not have caught up when the caller's work is due. */
const MOST_ATTEMPTS_BEYOND_HEAD = 5;

/**
 * All that stands between us and the Gateway: the lane, the rate, the time-out, fail-over, and retries of what can heal.
 * The pause between attempts holds no place in the lane, and ends at once when the signal aborts.
 */
export function createGuardedFetch(deps: GuardedFetchDeps): GuardedFetch {
  const { timing, observe, budgetMs } = deps;
  return async (request) => {
    const { path, lane, signal } = request;
    const progress: Progress = { deadlineMs: undefined, avoid: undefined, fault: undefined };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await lane.run(() => attemptOnce(deps, request, progress), signal);
      if (answer.kind === "ok") return answer.json;
      const { fault } = answer;
      const pauseMs = pauseBefore(fault, attempt, request, timing.random());
      const deadlineMs = progress.deadlineMs ?? timing.nowMs() + budgetMs;
      if (pauseMs === null || timing.nowMs() + pauseMs >= deadlineMs) throw toError(path, fault);
      observe.onRetry?.({ endpoint: path, reason: fault.code });
      await timing.sleep(pauseMs, signal);
      signal.throwIfAborted();
    }
  };
}

interface Progress {
  /** Set when the first attempt gets its place. */
  deadlineMs: number | undefined;
  /** Where the last attempt failed. */
  avoid: Endpoint | undefined;
  /** How it failed. */
  fault: Fault | undefined;
}

async function attemptOnce(
  deps: GuardedFetchDeps,
  request: GuardedRequest,
  progress: Progress,
): Promise<Answer> {
  const { bucket, timing, observe, timeoutMs, budgetMs } = deps;
  const { path, headers, body, signal } = request;
  await bucket.take(signal);
  progress.deadlineMs ??= timing.nowMs() + budgetMs;
  const endpoint = await chooseEndpoint(deps, request, progress);
  const { breaker } = endpoint;
  const startMs = timing.nowMs();
  const report = (outcome: "ok" | "aborted" | Fault["code"]) =>
    observe.onRequest?.({ endpoint: path, outcome, durationMs: timing.nowMs() - startMs });
  breaker.enter();
  let answer: Answer;
  try {
    const url = endpoint.baseUrl + path;
    answer = await sendOnce({ url, headers, body }, { timeoutMs, wallMs: timing.wallMs(), signal });
  } catch (reason) {
    breaker.leave();
    report("aborted");
    throw reason;
  }
  learn(endpoint, answer, timing.nowMs());
  if (answer.kind === "fault") {
    progress.avoid = endpoint;
    progress.fault = answer.fault;
  }
  report(answer.kind === "ok" ? "ok" : answer.fault.code);
  return answer;
}

function learn(endpoint: Endpoint, answer: Answer, nowMs: number): void {
  if (answer.kind === "fault" && answer.fault.afterMs !== null) {
    endpoint.heldUntilMs = Math.max(endpoint.heldUntilMs, nowMs + answer.fault.afterMs);
  }
  if (answer.kind === "fault" && answer.fault.endpointIsIll) endpoint.breaker.fail(nowMs);
  else endpoint.breaker.succeed();
}

/** Waits, within the budget, until some base URL may be asked. */
async function chooseEndpoint(
  { endpoints, timing, budgetMs }: GuardedFetchDeps,
  { path, signal }: GuardedRequest,
  progress: Progress,
): Promise<Endpoint> {
  for (;;) {
    const nowMs = timing.nowMs();
    const choice = endpoints.choose(nowMs, progress.avoid);
    if (choice.kind === "endpoint") return choice.endpoint;
    if (nowMs + choice.waitMs >= (progress.deadlineMs ?? nowMs)) {
      if (progress.fault !== undefined) throw toError(path, progress.fault);
      throw new GatewayError({
        code: "gateway_unavailable",
        endpoint: path,
        message: `no base URL may be asked within ${budgetMs} ms`,
        status: null,
        detailsType: null,
      });
    }
    await timing.sleep(choice.waitMs, signal);
    signal.throwIfAborted();
  }
}

/** Milliseconds to wait before asking again; null when asking again makes no sense. Jitter takes off up to a half. */
function pauseBefore(
  fault: Fault,
  attempt: number,
  request: GuardedRequest,
  random: number,
): number | null {
  const { healing } = fault;
  if (healing === "never" || attempt >= MOST_ATTEMPTS) return null;
  if (healing === "soon" && attempt >= MOST_ATTEMPTS_BEYOND_HEAD) return null;
  if (fault.code === "gateway_timeout" && !request.retryTimeouts) return null;
  // The base URL is held for as long as it asked: only the jitter is left to wait here, and another may be free.
  const firstMs = FIRST_PAUSE_MS[healing === "when_told" ? "backoff" : healing];
  const exponent = healing === "when_told" ? 0 : attempt - 1;
  return Math.min(firstMs * 2 ** exponent, LONGEST_PAUSE_MS) * (1 - random / 2);
}

function toError(path: string, fault: Fault): GatewayError {
  const { code, message, status, detailsType, cause } = fault;
  return new GatewayError({ code, endpoint: path, message, status, detailsType, cause });
}
