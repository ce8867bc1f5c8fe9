import type { Message, MessageSystemAttributeName } from "@aws-sdk/client-sqs";
import type { Hold } from "./hold-message.ts";

/** A message as a handler sees it. */
export interface ReceivedMessage {
  readonly body: string;
  readonly messageId: string;
  /** Messages of one group are handled one after the other; null where the queue has no groups. */
  readonly groupId: string | null;
  /** This delivery included: 1 the first time. */
  readonly receiveCount: number;
  /** Wall time of SQS, milliseconds since 1970. */
  readonly firstReceivedMs: number;
  /** Wall time of SQS, milliseconds since 1970. */
  readonly sentMs: number;
}

/** A message together with the right to answer it. */
export interface HeldMessage {
  readonly message: ReceivedMessage;
  readonly receiptHandle: string;
  readonly hold: Hold;
}

/** What a receive must ask for, to fill a `ReceivedMessage`. */
export const WANTED_ATTRIBUTES: MessageSystemAttributeName[] = [
  "ApproximateReceiveCount",
  "ApproximateFirstReceiveTimestamp",
  "SentTimestamp",
  "MessageGroupId",
];

/** What SQS delivered, in our terms. */
export function toReceivedMessage({ Body, MessageId, Attributes = {} }: Message): ReceivedMessage {
  return {
    body: Body ?? "",
    messageId: MessageId ?? "",
    groupId: Attributes.MessageGroupId ?? null,
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
    firstReceivedMs: Number(Attributes.ApproximateFirstReceiveTimestamp ?? 0),
    sentMs: Number(Attributes.SentTimestamp ?? 0),
  };
}
