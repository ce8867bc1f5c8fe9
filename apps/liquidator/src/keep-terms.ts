import type { LiquidationTerms } from "@weft/ledger";
import { AppError, type Logger } from "@weft/runtime";

export interface TermsKeeper {
  /** As they were read last. @throws {AppError} `terms_stale` (retry) when that is too long ago to act on */
  current(): LiquidationTerms;
  /** Reads them again; when that fails, what is known is kept. */
  refresh(signal: AbortSignal): Promise<void>;
}

/** Without news for so long, a service may have been switched off that we would still use. */
export const TERMS_MAX_AGE_MS = 10 * 60_000;

/** Keeps pools and switches of the market at hand, so that no liquidation waits for reading them. */
export function createTermsKeeper(
  first: LiquidationTerms,
  deps: {
    readonly read: (signal: AbortSignal) => Promise<LiquidationTerms>;
    /** A monotonic clock, milliseconds. */
    readonly nowMs: () => number;
    readonly log: Pick<Logger, "warn">;
  },
): TermsKeeper {
  let terms = first;
  let readAtMs = deps.nowMs();
  return {
    current() {
      const ageMs = deps.nowMs() - readAtMs;
      if (ageMs <= TERMS_MAX_AGE_MS) return terms;
      const seconds = Math.floor(ageMs / 1_000);
      const message = `pools and switches of the market were read ${seconds} s ago`;
      throw new AppError("terms_stale", message, { disposition: "retry" });
    },
    async refresh(signal) {
      const startMs = deps.nowMs();
      try {
        terms = await deps.read(signal);
        readAtMs = startMs;
      } catch (error) {
        if (!signal.aborted) deps.log.warn({ err: error }, "terms of the market not read");
      }
    },
  };
}
