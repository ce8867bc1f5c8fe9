/** What is made to go wrong between the ledger and its readers. All may hold at once. */
export interface Faults {
  /** Added to each request, milliseconds. */
  latencyMs: number;
  /** Up to so much more of it, evenly spread. */
  latencyJitterMs: number;
  /** Share of requests answered 500 InternalServerError and not worked on. */
  errorRate: number;
  /** Share answered 524 with no body. The request was worked on all the same: a submit is taken up. */
  timeoutRate: number;
  /** Share answered 429 by whatever stands before the Gateway. */
  rateLimitRate: number;
  retryAfterSeconds: number;
  /** Share of submits that are taken up while the connection breaks before the answer. */
  submitLossRate: number;
  /** This replica's head is so many versions behind. */
  laggingVersions: number;
  /** No transaction is known to this Gateway: its status is Unknown, whatever became of it. */
  intentsForgotten: boolean;
  /** Reads of the head are refused once it is older than this; 0 never refuses. Public Gateways: 720. */
  maxSyncDelaySeconds: number;
  /** CDPs whose data no reader can make sense of. */
  corruptCdpIds: readonly string[];
  /** CDPs that the market cannot value: a preview that asks about one of them fails. */
  unvaluableCdpIds: readonly string[];
}

export const NO_FAULTS: Readonly<Faults> = {
  latencyMs: 0,
  latencyJitterMs: 0,
  errorRate: 0,
  timeoutRate: 0,
  rateLimitRate: 0,
  retryAfterSeconds: 1,
  submitLossRate: 0,
  laggingVersions: 0,
  intentsForgotten: false,
  maxSyncDelaySeconds: 0,
  corruptCdpIds: [],
  unvaluableCdpIds: [],
};

/** What one request meets. */
export interface Fate {
  readonly delayMs: number;
  readonly ending: "answered" | "failed" | "timed_out" | "rate_limited";
  /** Only a submit can lose its answer. */
  readonly answerLost: boolean;
}

/**
 * Draws the fate of one request.
 * Every request takes the same number of draws, so that the same seed and the same requests meet the same faults.
 */
export function drawFate(faults: Faults, random: () => number): Fate {
  const [jitter, limited, timedOut, failed, lost] = [
    random(),
    random(),
    random(),
    random(),
    random(),
  ];
  const ending =
    limited < faults.rateLimitRate
      ? "rate_limited"
      : timedOut < faults.timeoutRate
        ? "timed_out"
        : failed < faults.errorRate
          ? "failed"
          : "answered";
  return {
    delayMs: faults.latencyMs + jitter * faults.latencyJitterMs,
    ending,
    answerLost: lost < faults.submitLossRate,
  };
}
