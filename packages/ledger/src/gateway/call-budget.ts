import type { GatewayTiming } from "./timing.ts";

/** The time of one call, over all its attempts, fail-overs and pauses. It runs from the first attempt on. */
export interface CallBudget {
  /** Aborts when the time is up, or with the caller's signal. */
  readonly signal: AbortSignal;
  /** Whether the time is up, and the caller did not give up before. */
  readonly spent: boolean;
  /** The first attempt has its place: from now on time counts. */
  start(): void;
  /** Milliseconds that are left; all of them before the start. */
  leftMs(): number;
  /** The call is over: nothing may stay behind on a signal that lives as long as the process. */
  end(): void;
}

export function createCallBudget(
  budgetMs: number,
  callerSignal: AbortSignal,
  timing: Pick<GatewayTiming, "nowMs" | "setTimer">,
): CallBudget {
  const controller = new AbortController();
  const onAbort = () => controller.abort(callerSignal.reason);
  if (callerSignal.aborted) onAbort();
  else callerSignal.addEventListener("abort", onAbort, { once: true });
  let deadlineMs: number | undefined;
  let cancelTimer: (() => void) | undefined;
  return {
    signal: controller.signal,
    get spent() {
      return controller.signal.aborted && !callerSignal.aborted;
    },
    start() {
      if (deadlineMs !== undefined) return;
      deadlineMs = timing.nowMs() + budgetMs;
      cancelTimer = timing.setTimer(budgetMs, () => controller.abort());
    },
    leftMs: () => (deadlineMs === undefined ? budgetMs : deadlineMs - timing.nowMs()),
    end() {
      cancelTimer?.();
      callerSignal.removeEventListener("abort", onAbort);
    },
  };
}
