import { errorCodeOf } from "@weft/runtime";
import type { FailedDelivery } from "@weft/store";
import { isOwnFailure } from "./outage-watch.ts";

/** So many failures of a message's own, and it is set aside for a person. */
const FAILURES_TO_PARK = 10;

/**
 * How often a message has failed for reasons of its own, this failure included; undefined when this one is not. What SQS
 * counts are deliveries: those that met a held lease, a pause or an outage say nothing about the message.
 */
export function countFailure(
  previous: FailedDelivery | null,
  messageId: string,
  error: unknown,
): FailedDelivery | undefined {
  if (!isOwnFailure(errorCodeOf(error))) return undefined;
  const before = previous?.messageId === messageId ? previous.failures : 0;
  return { messageId, failures: before + 1 };
}

export const isWorthAnotherTry = (failed: FailedDelivery | undefined): boolean =>
  failed === undefined || failed.failures < FAILURES_TO_PARK;
