import { env } from "node:process";
import type { createRunStep as createProductionRunStep } from "../src/run-step.ts";

/**
 * In place of `run-step.ts` in the bundle for tests: before and after each step the process asks at PAUSE_POINTS_URL
 * whether it may go on, and waits for the answer as long as it takes.
 */
export const createRunStep: typeof createProductionRunStep =
  () =>
  async ({ step, cdpId }, work) => {
    await pass("before", step, cdpId);
    const result = await work();
    await pass("after", step, cdpId);
    return result;
  };

async function pass(side: "before" | "after", step: string, cdpId: string): Promise<void> {
  const place = [side, step, encodeURIComponent(cdpId)].join("/");
  await fetch(`${env.PAUSE_POINTS_URL}/${place}`, { method: "POST" });
}
