import { type BatchSummary, runIdOf } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { createRunWatch, readRunBooks } from "../../../local/src/start/books.ts";
import { dispatchOnce, scheduledMinute } from "../../../local/src/start/dispatch.ts";
import { awaitRound } from "../../../local/src/start/round.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { usageOf } from "../stack/process-usage.ts";
import { measureFloor } from "./measure-floor.ts";
import { sweepTargets } from "./sweep-targets.ts";

export interface SweepOptions {
  readonly cdps: number;
  readonly latencyMs: number;
  readonly indexers: number;
  readonly inFlight: number;
  /** How many sweeps in all, two at least; the last is the one measured. */
  readonly sweeps: number;
}

const BETWEEN_RUNS_SECONDS = 300;

/**
 * Measures the last sweep of processes that have been up for a while, which is the ordinary one: the first lets the
 * price guard see every price once. In between, the floor is measured on the same simulator.
 */
export async function runSweep(options: SweepOptions, stack: BenchStack, signal: AbortSignal) {
  const { cdps, latencyMs, indexers } = options;
  await sweepOnce(stack, signal);
  await stack.setFaults({ latencyMs });
  const floor = await measureFloor({
    ...{ cdps, processes: indexers },
    gatewayUrl: stack.gatewayUrl,
    cdpResource: stack.cdpResource,
    stateVersion: await stack.headVersion(),
    inFlight: Math.max(1, Math.floor(options.inFlight / indexers)),
  });
  await stack.control.advance(BETWEEN_RUNS_SECONDS, signal);
  for (let sweep = 2; sweep < options.sweeps; sweep += 1) {
    await sweepOnce(stack, signal);
    await stack.control.advance(BETWEEN_RUNS_SECONDS, signal);
  }

  const before = await snapshotOf(stack, signal);
  const summaries = await sweepOnce(stack, signal);
  const after = await snapshotOf(stack, signal);
  const wallMs = spanMs(summaries);
  const indexerCpuMs = after.indexerCpuMs - before.indexerCpuMs;
  const numbers = {
    ...options,
    wallMs,
    cdpsPerSecond: Math.round(cdps / (wallMs / 1_000)),
    reads: after.reads - before.reads,
    previews: after.previews - before.previews,
    heads: after.heads - before.heads,
    confirmed: after.confirmed - before.confirmed,
    limitCuts: after.limitCuts - before.limitCuts,
    meanLatencyMs: Math.round(
      ((after.requestSeconds - before.requestSeconds) * 1_000) / (after.requests - before.requests),
    ),
    scanned: summaries.reduce((sum, { scanned }) => sum + scanned, 0),
    unverified: summaries.reduce((sum, { verdicts }) => sum + verdicts.unverified, 0),
    indexerCpuMs,
    ...floor,
    cpuRatio: Number((indexerCpuMs / floor.floorCpuMs).toFixed(2)),
    simulatorCpuMs: after.simulatorCpuMs - before.simulatorCpuMs,
    awsCpuMs: after.awsCpuMs - before.awsCpuMs,
    peakRssMb: Math.round(after.peakRssMb),
  };
  return { ...numbers, targets: sweepTargets(numbers) };
}

/** Runs the dispatcher and waits until every batch is done. */
async function sweepOnce(stack: BenchStack, signal: AbortSignal): Promise<readonly BatchSummary[]> {
  const { clients, depths, control, programs, supervisor, variables } = stack;
  const scheduledAtMs = scheduledMinute(await control.nowMs(signal));
  const runId = runIdOf(scheduledAtMs);
  await dispatchOnce(scheduledAtMs, { programs, supervisor, variables, sleep, signal });
  const { look } = createRunWatch(clients.objects, runId);
  const nowMs = () => performance.now();
  await awaitRound(1, { look, depths, onStatus: () => {}, sleep, nowMs, signal });
  const { manifest, summaries } = await readRunBooks(clients.objects, runId, signal);
  const accounted = summaries.reduce((sum, { expected }) => sum + expected, 0);
  if (accounted !== manifest.expected) {
    throw new Error(`${accounted} of ${manifest.expected} CDPs are accounted for`);
  }
  return summaries;
}

/** From the first batch taken up to the last one done. */
function spanMs(summaries: readonly BatchSummary[]): number {
  const startedMs = Math.min(...summaries.map(({ startedAt }) => Date.parse(startedAt)));
  const finishedMs = Math.max(...summaries.map(({ finishedAt }) => Date.parse(finishedAt)));
  return finishedMs - startedMs;
}

async function snapshotOf(stack: BenchStack, signal: AbortSignal) {
  // The ledger's head is what an answer for building a transaction tells; indexers build none.
  const { reads, previews, transactions: heads } = await stack.control.requests(signal);
  const indexers = stack.pidsOf("indexer").map(usageOf);
  const cpuOf = (name: string) =>
    stack.pidsOf(name).reduce((sum, pid) => sum + usageOf(pid).cpuMs, 0);
  return {
    reads,
    previews,
    heads,
    requests: reads + previews + heads,
    confirmed: await stack.counted("indexer_confirmations_total"),
    limitCuts: await stack.counted("indexer_gateway_limit_cuts_total"),
    requestSeconds: await stack.counted("indexer_gateway_request_duration_seconds_sum"),
    indexerCpuMs: indexers.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    peakRssMb: Math.max(...indexers.map(({ peakRssMb }) => peakRssMb)),
    simulatorCpuMs: cpuOf("simulator"),
    awsCpuMs: cpuOf("aws"),
  };
}
