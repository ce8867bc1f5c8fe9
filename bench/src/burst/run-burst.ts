import { type Candidate, candidateDeduplicationId } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { LOCAL_AWS } from "../../../local/src/aws/names.ts";
import { readOutcomes } from "../../../local/src/start/books.ts";
import { callAws } from "../skeleton/aws-call.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { burstBooks } from "./burst-books.ts";
import { burstTargets } from "./burst-targets.ts";
import { gatherCandidates } from "./gather-candidates.ts";
import { type Floor, measureSkeleton } from "./measure-skeleton.ts";
import { callsBetween, difference, requestsOf, writesBetween } from "./requests.ts";
import { sendAll } from "./send-all.ts";
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
/** Worked on before the clock starts. */
const WARM_UP_CANDIDATES = 40;
const SUBMIT_PATH = "/transaction/submit";

/** Gathers candidates, warms up, measures the floor, and then the burst. */
export async function runBurst(options: BurstOptions, stack: BenchStack, signal: AbortSignal) {
  const { candidates, commitMs, latencyMs } = options;
  const { crash, perHour } = options;
  const queues = await resolveQueues(stack);
  const found = await gatherCandidates(stack, { crash, queueUrl: queues.parked }, signal);
  const spare = PROBES + WARM_UP_CANDIDATES;
  const needed = candidates + spare;
  if (found.length < needed) {
    throw new Error(`the book has ${found.length} candidates, ${needed} are needed: raise --cdps`);
  }
  await stack.setFaults({ latencyMs, commitDelayMs: commitMs });
  const [probes, warmers] = [
    found.slice(0, PROBES),
    found.slice(PROBES, PROBES + WARM_UP_CANDIDATES),
  ];
  await warmUp(warmers, queues.liquidation, stack, signal);
  const perCandidate = await probe(probes, queues.liquidation, stack, signal);

  const wanted = found.slice(spare, needed);
  const floor = perHour === null ? await floorOf(options, found.slice(spare), stack, signal) : null;
  const [audit, usedBefore, askedBefore] = await Promise.all([
    stack.control.audit(signal),
    usage(stack),
    requestsOf(stack),
  ]);
  const startedAtMs = Date.now();
  const [sent, executorsPeak] = await Promise.all([
    offer(wanted, queues.liquidation, stack, perHour),
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

/** Sends candidates as though they had just been found. */
async function offer(
  candidates: readonly Candidate[],
  queueUrl: string,
  { endpoints }: BenchStack,
  perHour: number | null,
): Promise<Candidate[]> {
  const sent: Candidate[] = [];
  const make = (candidate: Candidate) => {
    const now = { ...candidate, queuedAt: new Date().toISOString() };
    sent.push(now);
    const deduplicationId = candidateDeduplicationId(now);
    return { body: JSON.stringify(now), groupId: now.cdpId, deduplicationId };
  };
  await sendAll({ sqsUrl: endpoints.sqsUrl, queueUrl }, candidates, make, perHour);
  return sent;
}

/** Brings every process to its speed: what is measured is not the start of a fleet. */
async function warmUp(
  candidates: readonly Candidate[],
  queueUrl: string,
  stack: BenchStack,
  signal: AbortSignal,
): Promise<void> {
  await offer(candidates, queueUrl, stack, null);
  await watchUntilDone(stack, signal);
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
    await offer([candidate], queueUrl, stack, null);
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

async function resolveQueues({ endpoints }: BenchStack) {
  const resolve = async (QueueName: string) => {
    const target = "AmazonSQS.GetQueueUrl";
    const { QueueUrl } = await callAws<{ readonly QueueUrl: string }>(endpoints.sqsUrl, target, {
      QueueName,
    });
    return QueueUrl;
  };
  return {
    liquidation: await resolve(LOCAL_AWS.liquidationQueue),
    parked: await resolve(LOCAL_AWS.liquidationDeadLetterQueue),
  };
}

const rounded = (value: number) => Number(value.toFixed(2));
