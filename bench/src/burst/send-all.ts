import { setTimeout as delay } from "node:timers/promises";
import { callAws } from "../skeleton/aws-call.ts";

export interface Outgoing {
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId: string;
}

const MAX_BATCH = 10;

/**
 * Sends messages in order, ten in a request, as the indexers would; with a rate, each only when it is due.
 * @param make called right before a message is sent
 */
export async function sendAll<T>(
  queue: { readonly sqsUrl: string; readonly queueUrl: string },
  items: readonly T[],
  make: (item: T) => Outgoing,
  perHour: number | null,
): Promise<void> {
  const startedMs = performance.now();
  const size = perHour === null ? MAX_BATCH : 1;
  for (let index = 0; index < items.length; index += size) {
    if (perHour !== null) {
      const dueMs = startedMs + (index * 3_600_000) / perHour;
      await delay(Math.max(0, dueMs - performance.now()));
    }
    const Entries = items.slice(index, index + size).map((item, id) => {
      const { body, groupId, deduplicationId } = make(item);
      return {
        Id: String(id),
        MessageBody: body,
        MessageGroupId: groupId,
        MessageDeduplicationId: deduplicationId,
      };
    });
    const { Failed = [] } = await callAws<{ readonly Failed?: readonly unknown[] }>(
      queue.sqsUrl,
      "AmazonSQS.SendMessageBatch",
      { QueueUrl: queue.queueUrl, Entries },
    );
    if (Failed.length > 0) throw new Error(`not sent: ${JSON.stringify(Failed)}`);
  }
}
