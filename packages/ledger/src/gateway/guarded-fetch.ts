import { type CallBudget, createCallBudget } from "./call-budget.ts";
import type { Endpoint, Endpoints } from "./endpoints.ts";
import { behindFault, type Fault, type Healing } from "./errors.ts";
import { GatewayError } from "./gateway-error.ts";
import type { Lane } from "./lane.ts";
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
  readonly lane: Lane;
  /** Asks for the newest state, so that a replica that is behind shows. */
  readonly atHead: boolean;
  /** The caller can ask for less where asking again would be too much again. */
  readonly divisible: boolean;
  /** Comes before those of its lane that wait. */
  readonly urgent: boolean;
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
  /** The newest state version that any base URL has told of. */
  const head = { newest: 0 };
  return async (request) => {
    const budget = createCallBudget(deps.budgetMs, request.signal, deps.timing);
    const call: Call = { ...deps, request, head, budget, avoid: undefined, fault: undefined };
    try {
      return await attemptUntilAnswered(call);
    } catch (reason) {
      const error = budget.spent ? budgetError(call) : reason;
      if (error instanceof GatewayError) {
        deps.observe.onGivenUp?.({ endpoint: request.path, reason: error.code });
      }
      throw error;
    } finally {
      budget.end();
    }
  };
}

interface Call extends GuardedFetchDeps {
  readonly request: GuardedRequest;
  readonly head: { newest: number };
  readonly budget: CallBudget;
  /** Where the last attempt failed. */
  avoid: Endpoint | undefined;
  /** How it failed. */
  fault: Fault | undefined;
}

async function attemptUntilAnswered(call: Call): Promise<unknown> {
  const { request, budget, timing, observe } = call;
  const { path, lane, urgent } = request;
  for (let attempt = 1; ; attempt += 1) {
    const askedMs = timing.nowMs();
    const answer = await lane.run(
      () => attemptOnce(call, askedMs),
      budget.signal,
      urgent || attempt > 1,
    );
    if (answer.kind === "ok") return answer.json;
    const pauseMs = pauseBefore(answer.fault, attempt, call);
    if (pauseMs === null || pauseMs >= budget.leftMs()) throw toError(path, answer.fault);
    observe.onRetry?.({ endpoint: path, reason: answer.fault.code });
    if (pauseMs > 0) await timing.sleep(pauseMs, budget.signal);
    budget.signal.throwIfAborted();
  }
}

async function attemptOnce(call: Call, askedMs: number): Promise<Answer> {
  const { request, budget, head, bucket, timing, observe } = call;
  const { path, headers, body, lane, signal } = request;
  await bucket.take(budget.signal);
  budget.start();
  const endpoint = await chooseEndpoint(call);
  const startedMs = timing.nowMs();
  observe.onStart?.({ lane: lane.name, waitedMs: startedMs - askedMs });
  const known = head.newest;
  endpoint.breaker.enter();
  let answer: Answer;
  try {
    const timeoutMs = Math.min(call.timeoutMs, budget.leftMs());
    const url = endpoint.baseUrl + path;
    answer = await sendOnce({ url, headers, body }, { timeoutMs, timing, signal });
  } catch (reason) {
    endpoint.breaker.leave();
    const durationMs = timing.nowMs() - startedMs;
    observe.onRequest?.({ endpoint: path, outcome: "aborted", durationMs });
    throw reason;
  }
  const endedMs = timing.nowMs();
  answer = compareHead(answer, { call, endpoint, known });
  const fault = answer.kind === "fault" ? answer.fault : undefined;
  lane.learn({ path, startedMs, endedMs, fault });
  learn(endpoint, fault, endedMs);
  if (fault !== undefined) Object.assign(call, { avoid: endpoint, fault });
  const durationMs = endedMs - startedMs;
  observe.onRequest?.({ endpoint: path, outcome: fault?.code ?? "ok", durationMs });
  return answer;
}

function learn(endpoint: Endpoint, fault: Fault | undefined, nowMs: number): void {
  if (fault?.replicaIsBehind) endpoint.fallBehind(nowMs);
  if (fault !== undefined && fault.afterMs !== null) endpoint.hold(nowMs, fault.afterMs);
  if (fault?.endpointIsIll) endpoint.breaker.fail(nowMs);
  else endpoint.breaker.succeed();
}

/**
 * A head older than one that was known before the request was sent comes from a replica that is not there yet. Another is
 * asked where there is one; where there is none, an old head is better than none, and whoever asked judges its age.
 */
function compareHead(
  answer: Answer,
  {
    call,
    endpoint,
    known,
  }: { readonly call: Call; readonly endpoint: Endpoint; readonly known: number },
): Answer {
  if (answer.kind === "fault" || !call.request.atHead) return answer;
  const stateVersion = stateVersionOf(answer.json);
  if (stateVersion === undefined) return answer;
  call.head.newest = Math.max(call.head.newest, stateVersion);
  if (stateVersion >= known) return answer;
  const nowMs = call.timing.nowMs();
  if (call.endpoints.hasBetterThan(endpoint, nowMs)) {
    return { kind: "fault", fault: behindFault(stateVersion, known) };
  }
  return answer;
}

function stateVersionOf(json: unknown): number | undefined {
  const { ledger_state } = (json ?? {}) as { ledger_state?: { state_version?: unknown } };
  const version = ledger_state?.state_version;
  return typeof version === "number" ? version : undefined;
}

/** Waits, within the budget, until some base URL may be asked. */
async function chooseEndpoint(call: Call): Promise<Endpoint> {
  const { endpoints, timing, budget } = call;
  for (;;) {
    const choice = endpoints.choose(timing.nowMs(), call.avoid);
    if (choice.kind === "endpoint") return choice.endpoint;
    if (choice.waitMs >= budget.leftMs()) throw budgetError(call);
    await timing.sleep(choice.waitMs, budget.signal);
    budget.signal.throwIfAborted();
  }
}

/** Milliseconds to wait before asking again; null when asking again makes no sense. Jitter takes off up to a half. */
function pauseBefore(fault: Fault, attempt: number, call: Call): number | null {
  const { healing } = fault;
  const { endpoints, timing, request, avoid } = call;
  if (healing === "never" || attempt >= MOST_ATTEMPTS) return null;
  if (healing === "soon" && attempt >= MOST_ATTEMPTS_BEYOND_HEAD) return null;
  if (fault.askForLess && request.divisible) return null;
  // Nothing heals by waiting that another replica knows already.
  const { replicaIsBehind } = fault;
  if (replicaIsBehind && avoid && endpoints.hasBetterThan(avoid, timing.nowMs())) return 0;
  // The base URL is held for as long as it asked: only the jitter is left to wait here, and another may be free.
  const firstMs = FIRST_PAUSE_MS[healing === "when_told" ? "backoff" : healing];
  const exponent = healing === "when_told" ? 0 : attempt - 1;
  return Math.min(firstMs * 2 ** exponent, LONGEST_PAUSE_MS) * (1 - timing.random() / 2);
}

/** The time is up: the last failure says why, if there was one. */
function budgetError({ request: { path }, fault, budgetMs }: Call): GatewayError {
  if (fault !== undefined) return toError(path, fault);
  return new GatewayError({
    code: "gateway_unavailable",
    endpoint: path,
    message: `no base URL may be asked within ${budgetMs} ms`,
    status: null,
    detailsType: null,
  });
}

function toError(path: string, fault: Fault): GatewayError {
  return new GatewayError({ ...fault, endpoint: path });
}
