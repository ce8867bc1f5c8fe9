import { FUNDING_KINDS } from "@weft/messages";
import { z } from "zod";

const decimal = z.string();

/**
 * What has to outlive the process between signing and the end of an attempt.
 * It is stored with the signed transaction, so that whoever finishes the attempt can still account for it.
 * A field that a newer version added is no reason not to.
 */
export const attemptContextSchema = z.object({
  liquidationLtvBefore: decimal,
  /** How it is paid for; what an older version signed was paid for out of the inventory. */
  funding: z.enum(FUNDING_KINDS).default("inventory"),
  /** Who pays; empty when an older version signed it. */
  account: z.string().default(""),
  /** Price of one whole unit at the time of the plan, XRD, by resource; of an NFT, by resource and id. */
  pricesXrd: z.record(z.string(), decimal),
  /** Of the CDP when it was read for its candidate. */
  cdpFingerprint: z.string(),
  queuedAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  traceId: z.string(),
});

export type AttemptContext = z.infer<typeof attemptContextSchema>;
