import { request } from "undici";
import { AppError } from "./app-error.ts";

/**
 * Tells what time it is, for judging how old the ledger's head is. Durations use a monotonic clock instead.
 * Asynchronous because a simulated ledger keeps its own time.
 */
export interface LedgerClock {
  nowMs(signal: AbortSignal): Promise<number>;
}

/** The machine's clock: the only one on a public network. */
export const systemClock: LedgerClock = { nowMs: () => Promise.resolve(Date.now()) };

/**
 * The clock of a simulated ledger, asked each time, so that a moved clock is seen at once.
 * `url` answers GET with `{"nowMs": <milliseconds since 1970>}`.
 *
 * @throws {AppError} `clock_unavailable` (retry) when there is no such answer within two seconds
 */
export function createRemoteClock(url: string): LedgerClock {
  return {
    async nowMs(signal) {
      let body: unknown;
      try {
        const answer = await request(url, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]),
        });
        body = await answer.body.json();
      } catch (cause) {
        throw clockUnavailable(url, cause);
      }
      const nowMs = (body as { nowMs?: unknown } | null)?.nowMs;
      if (typeof nowMs !== "number") throw clockUnavailable(url, undefined);
      return nowMs;
    },
  };
}

function clockUnavailable(url: string, cause: unknown): AppError {
  return new AppError("clock_unavailable", `no time from ${url}`, { disposition: "retry", cause });
}
