import {
  batchSummaryKey,
  batchSummarySchema,
  type IndexBatch,
  type RunManifest,
} from "@weft/messages";
import type { RunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
/** Older than any run of a test. */
export const PROBE_RUN = "20000101T000000Z";

/**
 * An indexer believes for some seconds what it last knew of the runs: waits until it knows that there is one, by batches
 * of one CDP of an older run, which until then it reads.
 */
export async function untilOlderRunsAreSuperseded(
  stack: RunningStack,
  { stateVersion, ledgerTime, traceId }: RunManifest,
): Promise<void> {
  let batchIndex = 0;
  await until(async () => {
    const batch: IndexBatch = {
      ...{ version: 1, kind: "index-batch", runId: PROBE_RUN, batchIndex, batchCount: 10_000 },
      ...{ stateVersion, ledgerTime, traceId, cdps: { kind: "range", first: 1, last: 1 } },
    };
    await stack.send(stack.queueNames.index, JSON.stringify(batch));
    const key = batchSummaryKey(PROBE_RUN, batchIndex);
    const stored = await until(() => stack.clients.objects.getJson(key, CALM));
    batchIndex += 1;
    return batchSummarySchema.parse(stored).skipped.superseded > 0;
  });
}
