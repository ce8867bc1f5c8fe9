import { z } from "zod";
import { cdpId, instant, runId, traceId, u64Text } from "./fields.ts";

/** A reader holds all CDPs of a batch at once, so no message may ask for more. */
export const MAX_BATCH_CDPS = 5_000;

/**
 * One batch of CDPs to read at one pinned ledger state: dispatcher → indexer, over the index queue.
 *
 * `range` holds when the ids are consecutive integers in mint order (both ends included); `list` is the fallback.
 */
export const indexBatchSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal("index-batch"),
  runId,
  batchIndex: z.number().int().min(0),
  batchCount: z.number().int().min(1),
  /** Every pinned read of the batch uses this ledger state. */
  stateVersion: u64Text,
  /** Ledger time of that state. */
  ledgerTime: instant,
  cdps: z.discriminatedUnion("kind", [
    z
      .strictObject({
        kind: z.literal("range"),
        first: z.number().int().min(0),
        last: z.number().int().min(0),
      })
      .refine((range) => range.last >= range.first, "last comes before first")
      .refine((range) => range.last - range.first < MAX_BATCH_CDPS, "more CDPs than a batch has"),
    z.strictObject({ kind: z.literal("list"), ids: z.array(cdpId).min(1).max(MAX_BATCH_CDPS) }),
  ]),
  /** The run is dispatched once more, so the batch may have been sent before, and worked. */
  again: z.literal(true).optional(),
  traceId,
});

export type IndexBatch = z.infer<typeof indexBatchSchema>;

/** The local ids of a batch, in the order of the message. */
export function batchCdpIds(batch: IndexBatch): string[] {
  if (batch.cdps.kind === "list") return [...batch.cdps.ids];
  const { first, last } = batch.cdps;
  return Array.from({ length: last - first + 1 }, (_, offset) => `#${first + offset}#`);
}
