import type { Outcome } from "@weft/messages";

/** An attempt that earned 5.5 XRD, of a run at noon. */
export function sampleOutcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    version: 1,
    cdpId: "#12#",
    runId: "20261120T120000Z",
    attempt: 0,
    ending: "liquidated",
    detail: "committed at state version 1010",
    liquidationLtvBefore: "1.2",
    transaction: null,
    paid: [],
    seized: [],
    seizedNfts: [],
    funding: "inventory",
    profitXrd: "5.5",
    times: {
      queuedAt: "2026-11-20T12:00:01Z",
      receivedAt: "2026-11-20T12:00:02Z",
      submittedAt: null,
      committedAt: null,
      endedAt: "2026-11-20T12:00:09Z",
    },
    traceId: "0123456789abcdef0123456789abcdef",
    ...changes,
  };
}
