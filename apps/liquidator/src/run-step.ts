import type { Logger } from "@weft/runtime";
import type { Metrics } from "./metrics.ts";
import type { RunStep } from "./steps.ts";

export interface RunStepDeps {
  readonly metrics: Pick<Metrics, "stepDuration">;
  readonly log: Logger;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
}

/** Times every step, those that fail too. */
export function createRunStep({ metrics, log, nowMs }: RunStepDeps): RunStep {
  return async ({ step, cdpId }, work) => {
    const startMs = nowMs();
    try {
      return await work();
    } finally {
      const durationMs = nowMs() - startMs;
      metrics.stepDuration.observe({ step }, durationMs / 1_000);
      log.debug({ cdpId, step, durationMs }, "step ended");
    }
  };
}
