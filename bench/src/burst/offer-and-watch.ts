import type { Candidate } from "@weft/messages";
import type { BenchStack } from "../stack/bench-stack.ts";
import { offerCandidates } from "./offer-candidates.ts";
import { watchUntilDone } from "./watch-burst.ts";

/** Sends candidates, and returns once nothing is on the queue or in work any more. */
export async function offerAndWatch(
  candidates: readonly Candidate[],
  { queueUrl, perHour }: { readonly queueUrl: string; readonly perHour: number | null },
  stack: BenchStack,
  signal: AbortSignal,
): Promise<{ readonly sent: readonly Candidate[]; readonly executorsPeak: number }> {
  const sending = offerCandidates(candidates, queueUrl, stack, perHour);
  const [sent, peak] = await Promise.all([sending, watchUntilDone(stack, signal)]);
  // Between two that come at long intervals the queue is empty too.
  const executorsPeak = Math.max(peak, await watchUntilDone(stack, signal));
  return { sent, executorsPeak };
}
