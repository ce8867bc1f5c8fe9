import { z } from "zod";
import { cdpId, decimalText, instant, resourceAddress, runId, traceId, u64Text } from "./fields.ts";

/** Every way an attempt can end. Anything else is an error with a disposition. */
export const ENDINGS = [
  "liquidated",
  "stale",
  "outcompeted",
  "unprofitable",
  "bad_debt",
  "price_suspect",
  "quarantined",
  "rejected",
  "failed_on_ledger",
  "dry_run",
  "superseded",
] as const;

export type Ending = (typeof ENDINGS)[number];

/** Where the payment of a liquidation comes from. */
export const FUNDING_KINDS = ["inventory", "flash_redeem", "flash_swap", "nft"] as const;

const amount = z.strictObject({ resource: resourceAddress, amount: decimalText });

/** The record of one attempt's end, stored in S3 under a key that depends on CDP, run and attempt only. */
export const outcomeSchema = z.strictObject({
  version: z.literal(1),
  cdpId,
  runId,
  /** Counts the attempts of a CDP for ever: 0 is its first. */
  attempt: z.number().int().min(0),
  ending: z.enum(ENDINGS),
  /** One sentence with the numbers that decided. */
  detail: z.string(),
  /** What `get_cdp` said at the head before the attempt; null when it was not asked. */
  liquidationLtvBefore: decimalText.nullable(),
  /** Set once something was signed. */
  transaction: z
    .strictObject({
      intentHash: z.string(),
      endEpochExclusive: z.number().int(),
      committedStateVersion: u64Text.nullable(),
      feeXrd: decimalText.nullable(),
    })
    .nullable(),
  /** From the events of the receipt; empty unless committed. What is seized is what came to us, the share that the protocol keeps taken off. */
  paid: z.array(amount),
  seized: z.array(amount),
  /** NFTs that came to us. */
  seizedNfts: z.array(z.strictObject({ resource: resourceAddress, id: z.string() })).default([]),
  /** How it was paid for; null unless something was signed. */
  funding: z.enum(FUNDING_KINDS).nullable().default(null),
  /** What changed in the account, fee and all, at the prices of the plan; null unless liquidated, or where Gateway or events do not say. */
  profitXrd: decimalText.nullable(),
  times: z.strictObject({
    queuedAt: instant,
    receivedAt: instant,
    submittedAt: instant.nullable(),
    committedAt: instant.nullable(),
    endedAt: instant,
  }),
  traceId,
});

export type Outcome = z.infer<typeof outcomeSchema>;
