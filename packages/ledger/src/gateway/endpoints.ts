import { type Breaker, createBreaker } from "./breaker.ts";
import type { GatewayObserver } from "./observer.ts";

/** One base URL and what we know of it. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly breaker: Breaker;
  /** Leaves it alone until then, as it asked; monotonic time, milliseconds. */
  hold(nowMs: number, forMs: number): void;
  /** Takes it for a replica that is not there yet: for a while, others are asked. */
  fallBehind(nowMs: number): void;
}

/** A base URL to ask now, or how long to wait until there is one. */
type Choice =
  | { readonly kind: "endpoint"; readonly endpoint: Endpoint }
  | { readonly kind: "wait"; readonly waitMs: number };

export interface Endpoints {
  /**
   * The first base URL, in order of preference, that is neither held nor broken. One that is behind is asked only when no
   * other can be. `avoid`, where the last attempt failed, comes last of its kind: another replica is more likely to be
   * better than a second try.
   */
  choose(nowMs: number, avoid: Endpoint | undefined): Choice;
  /** Whether there is another than `endpoint` that can be asked now and is not behind. */
  hasBetterThan(endpoint: Endpoint, nowMs: number): boolean;
}

/** Replicas that fall behind catch up within seconds, or stay behind for long. */
const BEHIND_FOR_MS = 5_000;

/** @param baseUrls in order of preference, at least one, without a slash at the end */
export function createEndpoints(
  baseUrls: readonly string[],
  observe: Pick<GatewayObserver, "onBreaker" | "onHeld" | "onBehind">,
): Endpoints {
  if (baseUrls.length === 0) throw new RangeError("a Gateway client needs at least one base URL");
  const endpoints = baseUrls.map((baseUrl) => createEndpoint(baseUrl, observe));
  return {
    choose(nowMs, avoid) {
      let waitMs = Number.POSITIVE_INFINITY;
      let best: { readonly endpoint: Endpoint; readonly faults: number } | undefined;
      for (const endpoint of endpoints) {
        const readyInMs = endpoint.readyInMs(nowMs);
        waitMs = Math.min(waitMs, readyInMs);
        if (readyInMs > 0) continue;
        const faults = (endpoint.isBehind(nowMs) ? 2 : 0) + (endpoint === avoid ? 1 : 0);
        if (best === undefined || faults < best.faults) best = { endpoint, faults };
      }
      return best === undefined
        ? { kind: "wait", waitMs }
        : { kind: "endpoint", endpoint: best.endpoint };
    },
    hasBetterThan: (endpoint, nowMs) =>
      endpoints.some(
        (other) => other !== endpoint && other.readyInMs(nowMs) === 0 && !other.isBehind(nowMs),
      ),
  };
}

function createEndpoint(
  baseUrl: string,
  observe: Pick<GatewayObserver, "onBreaker" | "onHeld" | "onBehind">,
) {
  const breaker = createBreaker((state) => observe.onBreaker?.({ baseUrl, state }));
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  let behindUntilMs = Number.NEGATIVE_INFINITY;
  return {
    baseUrl,
    breaker,
    hold(nowMs: number, forMs: number) {
      heldUntilMs = Math.max(heldUntilMs, nowMs + forMs);
      observe.onHeld?.({ baseUrl, forMs });
    },
    fallBehind(nowMs: number) {
      behindUntilMs = nowMs + BEHIND_FOR_MS;
      observe.onBehind?.({ baseUrl });
    },
    isBehind: (nowMs: number) => nowMs < behindUntilMs,
    readyInMs: (nowMs: number) => Math.max(heldUntilMs - nowMs, breaker.readyInMs(nowMs), 0),
  };
}
