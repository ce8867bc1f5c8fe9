import {
  batchSummaryKey,
  batchSummarySchema,
  type IndexBatch,
  type RunManifest,
} from "@weft/messages";
import type { RunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
/**
 * An indexer believes for some seconds what it last knew of the runs: waits until it knows that a run is superseded, by
 * batches of one CDP of it, which until then it reads.
 */
export async function untilSuperseded(
  stack: RunningStack,
  runId: string,
  { stateVersion, ledgerTime, traceId }: RunManifest,
): Promise<void> {
  let batchIndex = 0;
  await until(async () => {
    const batch: IndexBatch = {
      ...{ version: 1, kind: "index-batch", runId, batchIndex, batchCount: 10_000 },
      ...{ stateVersion, ledgerTime, traceId, cdps: { kind: "range", first: 1, last: 1 } },
    };
    await stack.send(stack.queueNames.index, JSON.stringify(batch));
    const key = batchSummaryKey(runId, batchIndex);
    const stored = await until(() => stack.clients.objects.getJson(key, CALM));
    batchIndex += 1;
    return batchSummarySchema.parse(stored).skipped.superseded > 0;
  });
}
