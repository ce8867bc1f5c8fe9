import type { BreakerState } from "./breaker.ts";
import type { GatewayErrorCode } from "./gateway-error.ts";

/** Reads and previews; or what brings a transaction to its end. */
export type LaneName = "reads" | "finality";

/** Hears what the client does; the app turns it into metrics. Must not throw. */
export interface GatewayObserver {
  /** An attempt got its place and its turn. */
  onStart?(event: { readonly lane: LaneName; readonly waitedMs: number }): void;
  /** One attempt ended. `endpoint` is the path: a closed set. */
  onRequest?(event: {
    readonly endpoint: string;
    readonly outcome: "ok" | "aborted" | GatewayErrorCode;
    /** From sending to the last byte of the answer. */
    readonly durationMs: number;
  }): void;
  /** The same request will be sent again. */
  onRetry?(event: { readonly endpoint: string; readonly reason: GatewayErrorCode }): void;
  /** A call failed for good, after whatever retries made sense. */
  onGivenUp?(event: { readonly endpoint: string; readonly reason: GatewayErrorCode }): void;
  /** A base URL was given up, is on trial, or is believed again. */
  onBreaker?(event: { readonly baseUrl: string; readonly state: BreakerState }): void;
  /** A base URL asked to be left alone for so long. */
  onHeld?(event: { readonly baseUrl: string; readonly forMs: number }): void;
  /** A base URL answered from an older state than others know of. */
  onBehind?(event: { readonly baseUrl: string }): void;
  /** A lane as it is now; told at the start and after every change. */
  onLane?(event: {
    readonly lane: LaneName;
    readonly inFlight: number;
    readonly waiting: number;
    /** How many may be in flight. */
    readonly limit: number;
  }): void;
  /** Fewer may be in flight than before. */
  onLimitCut?(event: {
    readonly lane: LaneName;
    readonly reason: "latency" | GatewayErrorCode;
  }): void;
}
