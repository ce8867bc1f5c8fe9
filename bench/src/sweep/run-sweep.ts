import { type BatchSummary, runIdOf } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { createRunWatch, readRunBooks } from "../../../local/src/start/books.ts";
import { dispatchOnce, scheduledMinute } from "../../../local/src/start/dispatch.ts";
import { awaitRound } from "../../../local/src/start/round.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { usageOf } from "../stack/process-usage.ts";
import { type Floor, measureFloor } from "./measure-floor.ts";
import {
  countersBetween,
  type SweepCounters,
  type SweptOnce,
  sweepNumbers,
} from "./sweep-numbers.ts";
import { sweepTargets } from "./sweep-targets.ts";

export interface SweepOptions {
  readonly cdps: number;
  readonly latencyMs: number;
  readonly indexers: number;
  readonly inFlight: number;
  /** How many sweeps in all, two at least; the last three are measured, but never the first. */
  readonly sweeps: number;
}

const BETWEEN_RUNS_SECONDS = 300;
const MOST_MEASURED = 3;

/**
 * Measures sweeps of processes that have been up for a while, which are the ordinary ones: the first lets the price guard
 * see every price once. The floor is measured before and after each of them on the same simulator, since what a core
 * does in a second changes from one minute to the next on many a host.
 */
export async function runSweep(options: SweepOptions, stack: BenchStack, signal: AbortSignal) {
  const { latencyMs, sweeps } = options;
  const measured = Math.min(MOST_MEASURED, sweeps - 1);
  const pass = () => stack.control.advance(BETWEEN_RUNS_SECONDS, signal);
  await sweepOnce(stack, signal);
  await stack.setFaults({ latencyMs });
  for (let sweep = 1; sweep < sweeps - measured; sweep += 1) {
    await pass();
    await sweepOnce(stack, signal);
  }
  const floors = [await floorOf(options, stack)];
  const swept: SweptOnce[] = [];
  for (let sweep = 0; sweep < measured; sweep += 1) {
    await pass();
    swept.push(await sweepAndCount(stack, signal));
    floors.push(await floorOf(options, stack));
  }
  const peakRssMb = Math.round(peakRssMbOf(stack));
  const numbers = { ...options, ...sweepNumbers(swept, floors), peakRssMb };
  return { ...numbers, targets: sweepTargets(numbers) };
}

async function floorOf(options: SweepOptions, stack: BenchStack): Promise<Floor> {
  const { cdps, indexers, inFlight } = options;
  return measureFloor({
    ...{ cdps, processes: indexers },
    gatewayUrl: stack.gatewayUrl,
    cdpResource: stack.cdpResource,
    stateVersion: await stack.headVersion(),
    inFlight: Math.max(1, Math.floor(inFlight / indexers)),
  });
}

async function sweepAndCount(stack: BenchStack, signal: AbortSignal): Promise<SweptOnce> {
  const before = await countersOf(stack, signal);
  const summaries = await sweepOnce(stack, signal);
  const after = await countersOf(stack, signal);
  return { counted: countersBetween(before, after), wallMs: spanMs(summaries), summaries };
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

async function countersOf(stack: BenchStack, signal: AbortSignal): Promise<SweepCounters> {
  // The ledger's head is what an answer for building a transaction tells; indexers build none.
  const { reads, previews, transactions: heads } = await stack.control.requests(signal);
  const cpuMsOf = (name: string) =>
    stack.pidsOf(name).reduce((sum, pid) => sum + usageOf(pid).cpuMs, 0);
  return {
    reads,
    previews,
    heads,
    confirmed: await stack.counted("indexer_confirmations_total"),
    limitCuts: await stack.counted("indexer_gateway_limit_cuts_total"),
    requestSeconds: await stack.counted("indexer_gateway_request_duration_seconds_sum"),
    indexerCpuMs: cpuMsOf("indexer"),
    simulatorCpuMs: cpuMsOf("simulator"),
    awsCpuMs: cpuMsOf("aws"),
  };
}

function peakRssMbOf(stack: BenchStack): number {
  return Math.max(...stack.pidsOf("indexer").map((pid) => usageOf(pid).peakRssMb));
}
