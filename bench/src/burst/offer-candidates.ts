import { type Candidate, candidateDeduplicationId } from "@weft/messages";
import type { BenchStack } from "../stack/bench-stack.ts";
import { sendAll } from "./send-all.ts";

/** Sends candidates as though they had just been found, and returns them as they were sent. */
export async function offerCandidates(
  candidates: readonly Candidate[],
  queueUrl: string,
  { endpoints }: Pick<BenchStack, "endpoints">,
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
