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
 * open → shut (a batch failed for want of the ledger) → trying, one batch at a time (the head can be read again, and is
 * fresh: that proves little, it is the cheapest of all requests) → open (a batch was worked, or the queue has none) | shut.
 */
export interface LedgerGate {
  /** Works a batch, and hears what became of it. */
  through(work: () => Promise<HandlerAnswer>): Promise<HandlerAnswer>;
  /** How many batches may be received; asks for the head while the gate is shut. Never rejects. */
  admits(signal: AbortSignal): Promise<number>;
}

const NO_LEDGER: ReadonlySet<string> = new Set([
  "gateway_rate_limited",
  "gateway_timeout",
  "gateway_unavailable",
  "stale_head",
]);
/** So often asked while nothing is tried, and others have had what there was. */
const ASKED_IN_VAIN = 3;
/** The loop has to show that it turns. */
const ASK_WITHIN_MS = 5_000;

export function createLedgerGate({ readFreshHead, observe, log }: LedgerGateDeps): LedgerGate {
  let state: "open" | "shut" | "trying" = "open";
  let atWork = 0;
  let asked = 0;
  observe(false);

  function open(): void {
    state = "open";
    observe(false);
    log.info("receiving again");
  }

  function hear(answer: HandlerAnswer): void {
    const reason =
      typeof answer !== "string" && answer.verdict === "retry" ? answer.reason : undefined;
    if (reason !== undefined && NO_LEDGER.has(reason)) {
      if (state === "open") {
        observe(true);
        log.warn({ reason }, "receiving paused: the ledger cannot be read");
      }
      state = "shut";
    } else if (state === "trying" && answer === "done") {
      open();
    }
  }

  return {
    async through(work) {
      atWork += 1;
      asked = 0;
      try {
        const answer = await work();
        hear(answer);
        return answer;
      } finally {
        atWork -= 1;
      }
    },
    async admits(signal) {
      if (state === "open") return Number.POSITIVE_INFINITY;
      if (state === "shut") {
        try {
          await readFreshHead(AbortSignal.any([signal, AbortSignal.timeout(ASK_WITHIN_MS)]));
        } catch {
          return 0;
        }
        state = "trying";
        asked = 0;
      }
      if (atWork > 0) return 0;
      asked += 1;
      if (asked <= ASKED_IN_VAIN) return 1;
      open();
      return Number.POSITIVE_INFINITY;
    },
  };
}
