import { type Breaker, type BreakerState, createBreaker } from "./breaker.ts";

/** One base URL and what we know of it. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly breaker: Breaker;
  /** Monotonic time before which the server asked not to be asked, milliseconds. */
  heldUntilMs: number;
}

/** A base URL to ask now, or how long to wait until there is one. */
type Choice =
  | { readonly kind: "endpoint"; readonly endpoint: Endpoint }
  | { readonly kind: "wait"; readonly waitMs: number };

export interface Endpoints {
  /**
   * The first base URL, in order of preference, that is neither held nor broken.
   * `avoid`, where the last attempt failed, comes last: another replica is more likely to be better than a second try.
   */
  choose(nowMs: number, avoid: Endpoint | undefined): Choice;
}

/**
 * @param baseUrls in order of preference, at least one, without a slash at the end
 * @param onBreaker hears when a base URL is given up and when it is believed again
 */
export function createEndpoints(
  baseUrls: readonly string[],
  onBreaker: (event: { readonly baseUrl: string; readonly state: BreakerState }) => void,
): Endpoints {
  if (baseUrls.length === 0) throw new RangeError("a Gateway client needs at least one base URL");
  const endpoints = baseUrls.map(
    (baseUrl): Endpoint => ({
      baseUrl,
      breaker: createBreaker((state) => onBreaker({ baseUrl, state })),
      heldUntilMs: 0,
    }),
  );
  return {
    choose(nowMs, avoid) {
      let waitMs = Number.POSITIVE_INFINITY;
      const inOrder =
        avoid === undefined ? endpoints : [...endpoints.filter((e) => e !== avoid), avoid];
      for (const endpoint of inOrder) {
        const readyInMs = Math.max(
          endpoint.heldUntilMs - nowMs,
          endpoint.breaker.readyInMs(nowMs),
          0,
        );
        if (readyInMs === 0) return { kind: "endpoint", endpoint };
        waitMs = Math.min(waitMs, readyInMs);
      }
      return { kind: "wait", waitMs };
    },
  };
}
