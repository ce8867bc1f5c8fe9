import type { Sleep } from "@weft/runtime";
import { isHandleGone } from "./sqs-client.ts";

/** A received message while it is ours. */
export interface Hold {
  /** Aborts once the message is, or may be, somebody else's. */
  readonly lost: AbortSignal;
  /** Ends the heartbeat; resolves when no extension is under way, so that whatever is answered next stands. */
  release(): Promise<void>;
}

export interface HoldOptions {
  /** Asks the queue for one more visibility time-out from now on. */
  readonly extend: (signal: AbortSignal) => Promise<void>;
  readonly visibilityMs: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: Sleep;
  /** An extension failed in a way that may heal. */
  readonly onExtendFailed: (error: unknown) => void;
}

/**
 * Keeps a message invisible to others from now on, by extending at every third of its visibility time-out.
 *
 * held → held (extended, or failed with time left) → lost (the queue says the handle is gone, or no extension came
 * through in time) | released (the work is over).
 */
export function holdMessage(options: HoldOptions): Hold {
  const released = new AbortController();
  const lost = new AbortController();
  const beating = keepExtending(options, released.signal, (reason) => lost.abort(reason));
  return {
    lost: lost.signal,
    async release() {
      released.abort();
      await beating;
    },
  };
}

async function keepExtending(
  { extend, visibilityMs, nowMs, sleep, onExtendFailed }: HoldOptions,
  released: AbortSignal,
  lose: (reason: unknown) => void,
): Promise<void> {
  let heldUntilMs = nowMs() + visibilityMs;
  while (true) {
    await sleep(Math.min(visibilityMs / 3, heldUntilMs - nowMs()), released);
    if (released.aborted) return;
    const askedMs = nowMs();
    if (askedMs >= heldUntilMs) return lose(new Error("the visibility time-out ran out"));
    try {
      // Not aborted by the release: an extension still on its way could overtake the answer.
      await extend(AbortSignal.timeout(Math.ceil(heldUntilMs - askedMs)));
      heldUntilMs = askedMs + visibilityMs;
    } catch (error) {
      if (isHandleGone(error)) return lose(error);
      onExtendFailed(error);
    }
  }
}
