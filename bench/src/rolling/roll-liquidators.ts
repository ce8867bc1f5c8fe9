import type { BenchStack } from "../stack/bench-stack.ts";

/** How one process made room for the next. */
export interface Replacement {
  readonly name: string;
  /** Wall time at which it was asked to stop, milliseconds. */
  readonly stoppedAtMs: number;
  /** From then until its successor was ready. */
  readonly replacedAfterMs: number;
  /** It ended by itself, with 0. */
  readonly isClean: boolean;
}

/** Longer than a liquidator gives itself after SIGTERM, as a pod's grace period is. */
const GRACE_MS = 45_000;

/**
 * Replaces one liquidator after the other, as a rolling update without surge does: each is asked to stop, and only when its
 * successor is ready is it the next one's turn.
 * @param serving ops URLs of those that are there, kept up to date
 */
export async function rollLiquidators(
  { opsUrls, supervisor }: Pick<BenchStack, "opsUrls" | "supervisor">,
  serving: Map<string, string>,
  signal: AbortSignal,
): Promise<Replacement[]> {
  const replacements: Replacement[] = [];
  for (const name of [...opsUrls.keys()].filter((one) => one.startsWith("liquidator"))) {
    signal.throwIfAborted();
    serving.delete(name);
    const stoppedAtMs = Date.now();
    const { code } = await supervisor.replaceKept(name, GRACE_MS);
    serving.set(name, opsUrls.get(name) ?? "");
    const replacedAfterMs = Date.now() - stoppedAtMs;
    replacements.push({ name, stoppedAtMs, replacedAfterMs, isClean: code === 0 });
  }
  return replacements;
}
