import type { HandlerAnswer } from "@weft/queue";
import type { Logger } from "@weft/runtime";

export interface LedgerGateDeps {
  /** @throws when the ledger's head cannot be read, or is too old to work by */
  readonly readFreshHead: (signal: AbortSignal) => Promise<unknown>;
  /** Hears whether batches are kept on their queue. */
  readonly observe: (isShut: boolean) => void;
  readonly log: Pick<Logger, "warn" | "info">;
}

/**
 * Keeps batches on their queue while the ledger cannot be read. Each that is handed back counts as delivered, and after ten
 * deliveries it goes to the dead letters, for a person to look at what was nobody's fault.
 *
 * open → shut (a batch failed for want of the ledger) → open (the head can be read again, and is fresh).
 */
export interface LedgerGate {
  /** What became of a batch. */
  heard(answer: HandlerAnswer): void;
  /** How many batches may be received; asks for the head while the gate is shut. Never rejects. */
  admits(signal: AbortSignal): Promise<number>;
}

const NO_LEDGER: ReadonlySet<string> = new Set([
  "gateway_rate_limited",
  "gateway_timeout",
  "gateway_unavailable",
  "stale_head",
]);
/** The loop has to show that it turns. */
const ASK_WITHIN_MS = 5_000;

export function createLedgerGate({ readFreshHead, observe, log }: LedgerGateDeps): LedgerGate {
  let isShut = false;
  observe(isShut);
  return {
    heard(answer) {
      if (typeof answer === "string" || answer.verdict !== "retry") return;
      if (isShut || !NO_LEDGER.has(answer.reason)) return;
      isShut = true;
      observe(isShut);
      log.warn({ reason: answer.reason }, "receiving paused: the ledger cannot be read");
    },
    async admits(signal) {
      if (!isShut) return Number.POSITIVE_INFINITY;
      try {
        await readFreshHead(AbortSignal.any([signal, AbortSignal.timeout(ASK_WITHIN_MS)]));
      } catch {
        return 0;
      }
      isShut = false;
      observe(isShut);
      log.info("receiving again");
      return Number.POSITIVE_INFINITY;
    },
  };
}
