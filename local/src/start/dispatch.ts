import { EXIT_TEMPORARY, type Sleep } from "@weft/runtime";
import { childFailure, describeExit } from "./child-process.ts";
import type { Variables } from "./environments.ts";
import type { Programs } from "./programs.ts";
import type { Supervisor } from "./supervise.ts";

export interface DispatchDeps {
  readonly programs: Programs;
  readonly supervisor: Supervisor;
  readonly variables: Variables;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

/** As a Job's back-off limit: a failure that may heal is tried again so often in all. */
const TRIES = 3;
const PAUSE_MS = 1_000;
const MINUTE_MS = 60_000;

/** The minute a schedule would name at that time. */
export function scheduledMinute(nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
}

/**
 * Runs the dispatcher once, as its schedule would.
 * @throws {RunFailure} with the tail of its log when it fails for good
 */
export async function dispatchOnce(scheduledAtMs: number, deps: DispatchDeps): Promise<void> {
  const { programs, supervisor, variables, sleep, signal } = deps;
  const spec = programs.app("dispatcher", "dispatcher", {
    ...variables,
    SCHEDULED_AT: new Date(scheduledAtMs).toISOString(),
  });
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    const { child, exit } = await supervisor.runOnce(spec);
    if (exit.code === 0) return;
    signal.throwIfAborted();
    if (exit.code !== EXIT_TEMPORARY || tries === TRIES) {
      throw childFailure(child, describeExit(exit));
    }
    await sleep(PAUSE_MS, signal);
  }
}
