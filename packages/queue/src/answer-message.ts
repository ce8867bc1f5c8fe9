import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { HeldMessage } from "./received-message.ts";

/** What becomes of a message: delete it, hand it back for another try, or set it aside for a person. */
export type Verdict = "done" | "retry" | "park";

/** The longest a message rests after it was handed back; seconds. */
const MAX_BACK_OFF_SECONDS = 30;
/** The answer has its own limit: the stop signal must not take back what is finished. */
const ANSWER_TIMEOUT_MS = 20_000;

export interface AnswerDeps {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly parkQueueUrl: string | undefined;
}

/** Seconds until a message handed back after its n-th delivery is visible again: 2, 4, 8, 16, then 30. */
export function backOffSeconds(receiveCount: number): number {
  return Math.min(2 ** Math.max(receiveCount, 1), MAX_BACK_OFF_SECONDS);
}

/** The work is over: the message goes. */
export async function deleteMessage(deps: AnswerDeps, held: HeldMessage): Promise<void> {
  await deps.sqs.send(
    new DeleteMessageCommand({ QueueUrl: deps.queueUrl, ReceiptHandle: held.receiptHandle }),
    answerLimits(),
  );
}

/** The message is visible again in `seconds`; 0 is at once. */
export async function handBack(
  deps: AnswerDeps,
  held: HeldMessage,
  seconds: number,
): Promise<void> {
  await deps.sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: deps.queueUrl,
      ReceiptHandle: held.receiptHandle,
      VisibilityTimeout: seconds,
    }),
    answerLimits(),
  );
}

/**
 * The message moves to the park queue, with attributes that say where it comes from and why.
 * It is sent there before it is deleted here: a crash in between leaves two, never none, and a FIFO park queue
 * drops the second.
 */
export async function park(
  deps: AnswerDeps & { readonly parkQueueUrl: string },
  held: HeldMessage,
  reason: string,
): Promise<void> {
  const { messageId, groupId, body, receiveCount, sentMs } = held.message;
  const attributes = {
    parked_from: queueNameOf(deps.queueUrl),
    parked_reason: reason === "" ? "unspecified" : reason,
    parked_message_id: messageId,
    parked_receive_count: String(receiveCount),
    parked_sent_ms: String(sentMs),
  };
  const isFifo = deps.parkQueueUrl.endsWith(".fifo");
  await deps.sqs.send(
    new SendMessageCommand({
      QueueUrl: deps.parkQueueUrl,
      MessageBody: body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [
          name,
          { DataType: "String", StringValue },
        ]),
      ),
      ...(isFifo
        ? { MessageGroupId: groupId ?? messageId, MessageDeduplicationId: messageId }
        : {}),
    }),
    answerLimits(),
  );
  await deleteMessage(deps, held);
}

function answerLimits() {
  return { abortSignal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) };
}

function queueNameOf(queueUrl: string): string {
  return queueUrl.slice(queueUrl.lastIndexOf("/") + 1);
}
