import type { BreakerState } from "./breaker.ts";
import type { GatewayErrorCode } from "./gateway-error.ts";

/** Hears what the client does; the app turns it into metrics. Must not throw. */
export interface GatewayObserver {
  /** One attempt ended. `endpoint` is the path: a closed set. */
  onRequest?(event: {
    readonly endpoint: string;
    readonly outcome: "ok" | "aborted" | GatewayErrorCode;
    /** From sending to the last byte of the answer. */
    readonly durationMs: number;
  }): void;
  /** The same request will be sent again. */
  onRetry?(event: { readonly endpoint: string; readonly reason: GatewayErrorCode }): void;
  /** A base URL was given up, is on trial, or is believed again. */
  onBreaker?(event: { readonly baseUrl: string; readonly state: BreakerState }): void;
}
