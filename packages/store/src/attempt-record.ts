import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { candidateSchema, ENDINGS, type Ending } from "@weft/messages";
import { AppError } from "@weft/runtime";
import { z } from "zod";
import { parseStored } from "./parse-stored.ts";
import type { StateKey } from "./state-table.ts";

/** A signed transaction, written down before it is submitted. */
export interface SignedAttempt {
  /** Counts the attempts of a CDP for ever: 0 is its first. */
  readonly attempt: number;
  readonly runId: string;
  readonly intentHash: string;
  /** The notarized transaction as it goes over the wire; what is sent again is these bytes. */
  readonly payloadHex: string;
  readonly startEpochInclusive: number;
  readonly endEpochExclusive: number;
  /** JSON, kept as it is. */
  readonly plan: string;
  /** Wall time, milliseconds since 1970. */
  readonly signedAtMs: number;
}

/** A signed attempt whose end is not known. */
export interface UnfinalAttempt extends SignedAttempt {
  /** First submission, wall time in milliseconds since 1970; null while none is recorded. It may have happened all the same. */
  readonly submittedAtMs: number | null;
}

/** How an attempt ended. */
export interface FinalAttempt {
  readonly attempt: number;
  readonly ending: Ending;
  /** The ledger state that the ending was read from. */
  readonly observedStateVersion: bigint;
  /** Wall time, milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** A CDP that is left alone for a while, because what fails about it is its own. */
export interface Quarantine {
  /** What failed, as a code. */
  readonly reason: string;
  /** How often in a row, 1 at first. */
  readonly failures: number;
  /** Of the first failure in a row; ledger time, milliseconds since 1970. */
  readonly sinceMs: number;
  /** Ledger time, milliseconds since 1970. */
  readonly untilMs: number;
  /** What the CDP was when it failed: another fingerprint is another CDP, and free. Null when nobody has read it as it was then. */
  readonly cdpFingerprint: string | null;
}

/** How often the work on a message failed for reasons of its own; SQS counts deliveries, whatever became of them. */
export interface FailedDelivery {
  readonly messageId: string;
  readonly failures: number;
}

/** What is known of the attempts on one CDP. */
export interface AttemptRecord {
  /** The number of the attempt under way, or of the next. */
  readonly nextAttempt: number;
  readonly unfinal: UnfinalAttempt | null;
  readonly lastFinal: FinalAttempt | null;
  /** Also one whose time is over, until something better is known. */
  readonly quarantine: Quarantine | null;
  /** Of the message that failed last. */
  readonly failedDelivery: FailedDelivery | null;
}

/** A CDP's item: its attempts and its lease. */
export interface CdpState {
  readonly cdpId: string;
  readonly fence: number;
  readonly leaseOwner: string;
  /** 0 once released. */
  readonly leaseUntilMs: number;
  readonly leaseToken: string;
  readonly record: AttemptRecord;
}

type Item = Record<string, AttributeValue>;

const text = z.object({ S: z.string() }).transform(({ S }) => S);
const digits = z.object({ N: z.string().regex(/^\d+$/, "a whole number") });
const whole = digits.transform(({ N }) => Number(N));

const signedFields = z.object({
  attempt: whole,
  runId: text,
  intentHash: text,
  payloadHex: text,
  startEpochInclusive: whole,
  endEpochExclusive: whole,
  plan: text,
  signedAtMs: whole,
  submittedAtMs: whole.nullable().default(null),
});

const finalFields = z.object({
  attempt: whole,
  ending: z.object({ S: z.enum(ENDINGS) }).transform(({ S }) => S),
  observedStateVersion: digits.transform(({ N }) => BigInt(N)),
  endedAtMs: whole,
});

const quarantineFields = z.object({
  reason: text,
  failures: whole,
  sinceMs: whole,
  untilMs: whole,
  cdpFingerprint: text.transform((fingerprint) => (fingerprint === "" ? null : fingerprint)),
});

const itemSchema = z.object({
  fence: whole,
  leaseOwner: text,
  leaseUntilMs: whole,
  leaseToken: text,
  nextAttempt: whole,
  unfinal: z
    .object({ M: signedFields })
    .transform(({ M }) => M)
    .nullable()
    .default(null),
  lastFinal: z
    .object({ M: finalFields })
    .transform(({ M }) => M)
    .nullable()
    .default(null),
  quarantine: z
    .object({ M: quarantineFields })
    .transform(({ M }) => M)
    .nullable()
    .default(null),
  failedDelivery: z
    .object({ M: z.object({ messageId: text, failures: whole }) })
    .transform(({ M }) => M)
    .nullable()
    .default(null),
});

/**
 * Where a CDP's item lies: `#12#` → `CDP#12`.
 *
 * @throws {AppError} `invalid_cdp_id` (park)
 */
export function cdpStateKey(cdpId: string): StateKey {
  if (!candidateSchema.shape.cdpId.safeParse(cdpId).success) {
    throw new AppError("invalid_cdp_id", `not an integer local id: ${cdpId}`, {
      disposition: "park",
    });
  }
  return { pk: `CDP#${cdpId.replaceAll("#", "")}`, sk: "STATE" };
}

/** @throws {AppError} `stored_value_invalid` (park), naming the item and the fields at fault */
export function parseCdpState(item: Item): CdpState {
  const pk = item.pk?.S ?? "item without a key";
  const { fence, leaseOwner, leaseUntilMs, leaseToken, ...record } = parseStored(
    pk,
    itemSchema,
    item,
  );
  const cdpId = `#${pk.replace("CDP#", "")}#`;
  return { cdpId, fence, leaseOwner, leaseUntilMs, leaseToken, record };
}

/** A signed attempt as DynamoDB takes it. */
export function toSignedItem(attempt: SignedAttempt): AttributeValue {
  return {
    M: {
      attempt: { N: String(attempt.attempt) },
      runId: { S: attempt.runId },
      intentHash: { S: attempt.intentHash },
      payloadHex: { S: attempt.payloadHex },
      startEpochInclusive: { N: String(attempt.startEpochInclusive) },
      endEpochExclusive: { N: String(attempt.endEpochExclusive) },
      plan: { S: attempt.plan },
      signedAtMs: { N: String(attempt.signedAtMs) },
    },
  };
}

/** A final attempt as DynamoDB takes it. */
export function toFinalItem(final: FinalAttempt): AttributeValue {
  return {
    M: {
      attempt: { N: String(final.attempt) },
      ending: { S: final.ending },
      observedStateVersion: { N: String(final.observedStateVersion) },
      endedAtMs: { N: String(final.endedAtMs) },
    },
  };
}

/** A quarantine as DynamoDB takes it. */
export function toQuarantineItem(quarantine: Quarantine): AttributeValue {
  return {
    M: {
      reason: { S: quarantine.reason },
      failures: { N: String(quarantine.failures) },
      sinceMs: { N: String(quarantine.sinceMs) },
      untilMs: { N: String(quarantine.untilMs) },
      cdpFingerprint: { S: quarantine.cdpFingerprint ?? "" },
    },
  };
}

/** A failed delivery as DynamoDB takes it. */
export function toFailedDeliveryItem({ messageId, failures }: FailedDelivery): AttributeValue {
  return { M: { messageId: { S: messageId }, failures: { N: String(failures) } } };
}
