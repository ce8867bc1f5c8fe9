import { z } from "zod";
import { decimalText, instant, resourceAddress, runId, u64Text } from "./fields.ts";

/**
 * What the price guard decided for a run, asset by asset: why a CDP is `unverified`, or why a price was believed.
 * Written by each indexer of the run under one key; they decide the same, for they share what the guard remembers.
 */
export const runPricesSchema = z.strictObject({
  version: z.literal(1),
  runId,
  stateVersion: u64Text,
  ledgerTime: instant,
  assets: z.array(
    z.strictObject({
      resource: resourceAddress,
      decision: z.enum(["accepted", "suspect"]),
      /** Why: the basis of an accepted price, the reason of a suspect one. */
      because: z.string(),
      priceXrd: decimalText.nullable(),
      /** The accepted price, anchor or reference that a suspect price lies too far from. */
      comparedWithXrd: decimalText.nullable(),
      observedAt: instant.nullable(),
      /** Of the observation. */
      transactionHash: z.string().nullable(),
    }),
  ),
});

export type RunPrices = z.infer<typeof runPricesSchema>;
