export interface SupersededDeps {
  /** The newest run there is; undefined when there is none, or nobody can tell. */
  readonly latestRun: (signal: AbortSignal) => Promise<string | undefined>;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** How long an answer is good for. */
  readonly maxAgeMs: number;
}

/** Tells whether a later run is under way. Run ids sort by time. */
export function createSupersededCheck({ latestRun, nowMs, maxAgeMs }: SupersededDeps) {
  let latest: string | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  return async (runId: string, signal: AbortSignal): Promise<boolean> => {
    // Runs only move forward: what was superseded stays so, however old the answer.
    if (latest !== undefined && latest > runId) return true;
    if (nowMs() - readAtMs >= maxAgeMs) {
      latest = (await latestRun(signal)) ?? latest;
      readAtMs = nowMs();
    }
    return latest !== undefined && latest > runId;
  };
}
