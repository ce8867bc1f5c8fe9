import type { Candidate } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { readOutcomes } from "../../../local/src/start/books.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { burstBooks } from "./burst-books.ts";
import { burstTargets } from "./burst-targets.ts";
import { type Floor, measureSkeleton } from "./measure-skeleton.ts";
import { offerCandidates } from "./offer-candidates.ts";
import { callsBetween, difference, requestsOf, writesBetween } from "./requests.ts";
import { supplyCandidates, WARM_UP_CANDIDATES, warmUp } from "./supply-candidates.ts";
import { usage, watchUntilDone } from "./watch-burst.ts";

export interface BurstOptions {
  readonly candidates: number;
  readonly commitMs: number;
  readonly latencyMs: number;
  readonly liquidators: number;
  readonly executors: number;
  readonly messagesInFlight: number;
  readonly finalityInFlight: number;
  readonly cores: number;
  readonly crash: string;
  /** As many candidates are sent in an hour, evenly; all at once when null. */
  readonly perHour: number | null;
}

/** Worked on one by one, and what they ask for counted. */
const PROBES = 3;
const PROBE_EVERY_MS = 10;
const SUBMIT_PATH = "/transaction/submit";

/** Gathers candidates, warms up, measures the floor, and then the burst. */
export async function runBurst(options: BurstOptions, stack: BenchStack, signal: AbortSignal) {
  const { candidates, commitMs, latencyMs } = options;
  const { crash, perHour } = options;
  const spare = PROBES + WARM_UP_CANDIDATES;
  const needed = candidates + spare;
  const supply = { needed, crash, latencyMs, commitMs };
  const { found, queueUrl } = await supplyCandidates(stack, supply, signal);
  const [probes, warmers] = [
    found.slice(0, PROBES),
    found.slice(PROBES, PROBES + WARM_UP_CANDIDATES),
  ];
  await warmUp(warmers, queueUrl, stack, signal);
  const perCandidate = await probe(probes, queueUrl, stack, signal);

  const wanted = found.slice(spare, needed);
  const floor = perHour === null ? await floorOf(options, found.slice(spare), stack, signal) : null;
  const [audit, usedBefore, askedBefore] = await Promise.all([
    stack.control.audit(signal),
    usage(stack),
    requestsOf(stack),
  ]);
  const startedAtMs = Date.now();
  const [sent, executorsPeak] = await Promise.all([
    offerCandidates(wanted, queueUrl, stack, perHour),
    watchUntilDone(stack, signal),
  ]);
  const drainedMs = Date.now() - startedAtMs;
  const [used, asked, depths] = await Promise.all([
    usage(stack),
    requestsOf(stack),
    stack.depths(signal),
  ]);
  const after = await stack.control.audit(signal);
  const outcomes = await readOutcomes(stack.clients.objects, signal);
  const books = burstBooks(sent, outcomes, { before: audit, after }, startedAtMs);
  const totalCpuMs =
    used.liquidatorCpuMs -
    usedBefore.liquidatorCpuMs +
    (used.simulatorCpuMs - usedBefore.simulatorCpuMs) +
    (used.awsCpuMs - usedBefore.awsCpuMs);
  const numbers = {
    ...options,
    ...books,
    drainedMs,
    ...(floor ?? {}),
    ratio: floor && rounded(books.lastSubmitMs / floor.floorMs),
    submittedPerHour: Math.floor(perHourOf(sent, books.lastSubmitMs)),
    executorsPeak,
    ...perCandidate,
    gatewayCallsPerCandidate: rounded(callsBetween(askedBefore, asked) / candidates),
    tableWritesPerCandidate: rounded(writesBetween(askedBefore, asked) / candidates),
    requestsByPath: JSON.stringify(difference(askedBefore.gateway, asked.gateway)),
    tableRequests: JSON.stringify(difference(askedBefore.table, asked.table)),
    liquidatorCpuMs: used.liquidatorCpuMs - usedBefore.liquidatorCpuMs,
    simulatorCpuMs: used.simulatorCpuMs - usedBefore.simulatorCpuMs,
    awsCpuMs: used.awsCpuMs - usedBefore.awsCpuMs,
    cpuMsPerCommit: rounded(totalCpuMs / Math.max(1, books.liquidated)),
    peakRssMb: used.peakRssMb,
    imbalances: after.imbalances.length,
    parked: depths.liquidationParked,
  };
  return { ...numbers, endings: JSON.stringify(books.endings), targets: burstTargets(numbers) };
}

/** The skeleton is made ready at a Gateway without latency, and measured at the one that the burst gets. */
async function floorOf(
  options: BurstOptions,
  found: readonly Candidate[],
  stack: BenchStack,
  signal: AbortSignal,
): Promise<Floor> {
  const { candidates, commitMs, latencyMs, liquidators } = options;
  await stack.setFaults({ latencyMs: 0 });
  return measureSkeleton(
    {
      ...{ candidates, commitMs, processes: liquidators },
      executors: Math.floor(options.executors / liquidators),
      messagesHeld: options.messagesInFlight,
      finalityInFlight: Math.floor(options.finalityInFlight / liquidators),
    },
    found,
    stack,
    () => stack.setFaults({ latencyMs }),
    signal,
  );
}

/** The rate at which they were submitted, over the time from the first sent to the last submitted. */
function perHourOf(sent: readonly Candidate[], lastSubmitMs: number): number {
  return (sent.length * 3_600_000) / lastSubmitMs;
}

/**
 * Counts what one candidate asks for before it is submitted, and which writes it makes: one at a time, up to the moment at which
 * the Gateway takes up the transaction. The least of a few is free of what the programs do beside.
 */
async function probe(
  candidates: readonly Candidate[],
  queueUrl: string,
  stack: BenchStack,
  signal: AbortSignal,
) {
  const calls: number[] = [];
  const writes: number[] = [];
  for (const candidate of candidates) {
    const before = await requestsOf(stack);
    await offerCandidates([candidate], queueUrl, stack, null);
    let asked = before;
    while (difference(before.gateway, asked.gateway)[SUBMIT_PATH] === undefined) {
      await sleep(PROBE_EVERY_MS, signal);
      signal.throwIfAborted();
      asked = await requestsOf(stack);
    }
    calls.push(callsBetween(before, asked));
    writes.push(writesBetween(before, asked));
    await watchUntilDone(stack, signal);
  }
  return { callsBeforeSubmit: Math.min(...calls), writesBeforeSubmit: Math.min(...writes) };
}

const rounded = (value: number) => Number(value.toFixed(2));
