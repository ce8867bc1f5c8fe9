import { sleep } from "@weft/runtime";
import type { BenchStack } from "../stack/bench-stack.ts";
import { usageOf } from "../stack/process-usage.ts";

const LOOK_EVERY_MS = 1_000;
/** FIFO counts are approximate: empty is what was empty twice. */
const LOOKS_EMPTY = 2;

/** CPU time and memory of every process of a kind. */
export function usage(stack: BenchStack) {
  const cpuMs = (name: string) =>
    stack.pidsOf(name).reduce((sum, pid) => sum + usageOf(pid).cpuMs, 0);
  const peaks = stack.pidsOf("liquidator").map((pid) => usageOf(pid).peakRssMb);
  return {
    liquidatorCpuMs: cpuMs("liquidator"),
    simulatorCpuMs: cpuMs("simulator"),
    awsCpuMs: cpuMs("aws"),
    peakRssMb: Math.round(Math.max(...peaks)),
  };
}

/** Watches until no candidate is on the queue or in work; returns how many executors were ever seen busy at once. */
export async function watchUntilDone(stack: BenchStack, signal: AbortSignal): Promise<number> {
  let executorsPeak = 0;
  for (let empty = 0; empty < LOOKS_EMPTY; ) {
    await sleep(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
    executorsPeak = Math.max(executorsPeak, await executorsBusy(stack));
    const { liquidation } = await stack.depths(signal);
    empty = liquidation === 0 ? empty + 1 : 0;
  }
  return executorsPeak;
}

async function executorsBusy({ opsUrls }: BenchStack): Promise<number> {
  const liquidators = [...opsUrls].filter(([name]) => name.startsWith("liquidator"));
  const busy = await Promise.all(
    liquidators.map(async ([, url]) => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return Number(/^liquidator_executors_busy (\d+)$/m.exec(metrics)?.[1] ?? 0);
    }),
  );
  return busy.reduce((sum, count) => sum + count, 0);
}
