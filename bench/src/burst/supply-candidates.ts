import type { Candidate } from "@weft/messages";
import { LOCAL_AWS } from "../../../local/src/aws/names.ts";
import { callAws } from "../skeleton/aws-call.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { gatherCandidates } from "./gather-candidates.ts";
import { offerCandidates } from "./offer-candidates.ts";
import { watchUntilDone } from "./watch-burst.ts";

/** Worked on before the clock starts. */
export const WARM_UP_CANDIDATES = 40;

/** What a burst is made of. */
export interface Supply {
  /** At least as many as were asked for. */
  readonly found: readonly Candidate[];
  /** Of the queue that the liquidators receive from. */
  readonly queueUrl: string;
}

/** Candidates for a burst; from then on the Gateway is as slow as it is to be. */
export async function supplyCandidates(
  stack: BenchStack,
  options: {
    readonly needed: number;
    readonly crash: string;
    readonly latencyMs: number;
    readonly commitMs: number;
  },
  signal: AbortSignal,
): Promise<Supply> {
  const { needed, crash, latencyMs, commitMs } = options;
  const [queueUrl, keptUrl] = await Promise.all([
    resolveQueue(LOCAL_AWS.liquidationQueue, stack),
    resolveQueue(LOCAL_AWS.liquidationDeadLetterQueue, stack),
  ]);
  const found = await gatherCandidates(stack, { crash, queueUrl: keptUrl }, signal);
  if (found.length < needed) {
    throw new Error(
      `the book has ${found.length} candidates, ${needed} are needed: try another --seed`,
    );
  }
  await stack.setFaults({ latencyMs, commitDelayMs: commitMs });
  return { found, queueUrl };
}

/** Brings every process to its speed: what is measured is not the start of a fleet. */
export async function warmUp(
  candidates: readonly Candidate[],
  queueUrl: string,
  stack: BenchStack,
  signal: AbortSignal,
): Promise<void> {
  await offerCandidates(candidates, queueUrl, stack, null);
  await watchUntilDone(stack, signal);
}

async function resolveQueue(QueueName: string, { endpoints }: BenchStack): Promise<string> {
  const { QueueUrl } = await callAws<{ readonly QueueUrl: string }>(
    endpoints.sqsUrl,
    "AmazonSQS.GetQueueUrl",
    { QueueName },
  );
  return QueueUrl;
}
