import { type Candidate, candidateSchema, runIdOf } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { createRunWatch } from "../../../local/src/start/books.ts";
import { dispatchOnce, scheduledMinute } from "../../../local/src/start/dispatch.ts";
import { callAws } from "../skeleton/aws-call.ts";
import type { BenchStack } from "../stack/bench-stack.ts";

interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

const BETWEEN_RUNS_SECONDS = 300;
const LOOK_EVERY_MS = 200;
const MAX_RECEIVE = 10;
/** So far over the line that the little which the skeleton repays leaves it over the line. */
const LEAST_LIQUIDATION_LTV = 1.005;

/**
 * Candidates as the indexers write them: the whole book is swept before a fall of prices, right after it, and once more when
 * the fallen prices are believed. They are taken from the queue that the indexers were told to send to; the newest of each CDP
 * counts.
 */
export async function gatherCandidates(
  stack: BenchStack,
  options: { readonly crash: string; readonly queueUrl: string },
  signal: AbortSignal,
): Promise<Candidate[]> {
  const { control, endpoints } = stack;
  await sweep(stack, signal);
  await control.advance(BETWEEN_RUNS_SECONDS, signal);
  await control.crash(options.crash, signal);
  await sweep(stack, signal);
  await control.advance(BETWEEN_RUNS_SECONDS, signal);
  await sweep(stack, signal);
  const newest = new Map<string, Candidate>();
  for (const body of await takeAll(endpoints.sqsUrl, options.queueUrl)) {
    const candidate = candidateSchema.parse(JSON.parse(body));
    newest.set(candidate.cdpId, candidate);
  }
  return [...newest.values()].filter(
    ({ liquidationLtv }) => Number(liquidationLtv) >= LEAST_LIQUIDATION_LTV,
  );
}

/** Runs the dispatcher and waits until every batch is done; what becomes of the candidates is of no concern. */
async function sweep(stack: BenchStack, signal: AbortSignal): Promise<void> {
  const { clients, control, programs, supervisor, variables } = stack;
  const scheduledAtMs = scheduledMinute(await control.nowMs(signal));
  await dispatchOnce(scheduledAtMs, { programs, supervisor, variables, sleep, signal });
  const watch = createRunWatch(clients.objects, runIdOf(scheduledAtMs));
  for (;;) {
    const { batchCount, batchesDone } = await watch.look(signal);
    if (batchesDone === batchCount) return;
    await sleep(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
  }
}

async function takeAll(sqsUrl: string, queueUrl: string): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    const { Messages = [] } = await callAws<{ readonly Messages?: readonly Received[] }>(
      sqsUrl,
      "AmazonSQS.ReceiveMessage",
      { QueueUrl: queueUrl, MaxNumberOfMessages: MAX_RECEIVE, WaitTimeSeconds: 0 },
    );
    if (Messages.length === 0) return taken;
    taken.push(...Messages.map(({ Body }) => Body));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    await callAws(sqsUrl, "AmazonSQS.DeleteMessageBatch", { QueueUrl: queueUrl, Entries });
  }
}
