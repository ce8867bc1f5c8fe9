import { createLogger } from "@weft/runtime";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";
import { createRunStep } from "./run-step.ts";

test("a step is timed whether it succeeds or fails, and its answer is passed on", async () => {
  const registry = new Registry();
  let nowMs = 0;
  const runStep = createRunStep({
    metrics: createMetrics(registry),
    log: createLogger({ app: "liquidator", version: "0", level: "silent" }),
    nowMs: () => nowMs,
  });
  const takes = (ms: number) => async () => {
    nowMs += ms;
    if (ms > 1_000) throw new Error("too slow");
    return "judged";
  };
  const at = { step: "judge", cdpId: "#7#" } as const;
  expect(await runStep(at, takes(200))).toBe("judged");
  await expect(runStep(at, takes(2_000))).rejects.toThrow("too slow");
  const shown = await registry.metrics();
  expect(shown).toContain('liquidator_step_duration_seconds_sum{step="judge"} 2.2');
  expect(shown).toContain('liquidator_step_duration_seconds_count{step="judge"} 2');
  expect(shown).toContain('liquidator_step_duration_seconds_bucket{le="0.25",step="judge"} 1');
});
