import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SendMessageBatchResult,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { AppError, sleep as realSleep, type Sleep } from "@weft/runtime";

/** SQS's limits on one batch. */
const MAX_BATCH_ENTRIES = 10;
const MAX_BATCH_BYTES = 262_144;
/** Rounds for the entries that SQS refused for reasons of its own. */
const MAX_ROUNDS = 5;
const FIRST_PAUSE_MS = 100;

/** One message to send; FIFO queues need a group, and a deduplication id unless the queue makes its own. */
export interface OutgoingMessage<T> {
  readonly body: T;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** Sends messages of one kind to one queue. */
export interface Sender<T> {
  /**
   * Sends all messages, in order, as few batches. On rejection some may have been sent: sending again must be harmless
   * (deduplication on a FIFO queue, idempotent work elsewhere). An entry that SQS refuses for a moment is sent again
   * after the others of its batch, so order within a group holds only across calls.
   *
   * @throws {AppError} `queue_message_too_large` (park) before anything is sent; `queue_send_failed`, retry, or park
   *   when SQS says that the message itself is at fault
   */
  send(messages: readonly OutgoingMessage<T>[], signal: AbortSignal): Promise<void>;
}

export interface SenderOptions<T> {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** A body as text; counted in UTF-8 against the limit of 256 KiB. */
  readonly encode: (body: T) => string;
  readonly sleep?: Sleep;
}

type Entry = SendMessageBatchRequestEntry & { readonly Id: string };

/** A sender of up to ten messages and 256 KiB per request. */
export function createSender<T>(options: SenderOptions<T>): Sender<T> {
  const { encode } = options;
  return {
    async send(messages, signal) {
      const entries = messages.map((message, index) => toEntry(message, index, encode));
      for (const batch of packBatches(entries)) await sendBatch(batch, options, signal);
    },
  };
}

function toEntry<T>(
  { body, groupId, deduplicationId }: OutgoingMessage<T>,
  index: number,
  encode: (body: T) => string,
): Entry {
  return {
    Id: String(index),
    MessageBody: encode(body),
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
  };
}

function packBatches(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let bytesInBatch = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const bytes = Buffer.byteLength(entry.MessageBody ?? "");
    if (bytes > MAX_BATCH_BYTES) throw tooLarge(entry.Id, bytes);
    const open = batches.at(-1);
    if (
      open === undefined ||
      open.length === MAX_BATCH_ENTRIES ||
      bytesInBatch + bytes > MAX_BATCH_BYTES
    ) {
      batches.push([entry]);
      bytesInBatch = bytes;
    } else {
      open.push(entry);
      bytesInBatch += bytes;
    }
  }
  return batches;
}

async function sendBatch<T>(
  batch: readonly Entry[],
  { sqs, queueUrl, sleep = realSleep }: SenderOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  let pending = batch;
  for (let round = 1; ; round += 1) {
    const { Failed = [] } = await request(pending);
    if (Failed.length === 0) return;
    const reasons = Failed.map(({ Code, Message }) => `${Code}: ${Message}`).join("; ");
    if (Failed.some(({ SenderFault }) => SenderFault)) throw sendFailed("park", reasons);
    if (round === MAX_ROUNDS) throw sendFailed("retry", reasons);
    const refused = new Set(Failed.map(({ Id }) => Id));
    pending = pending.filter(({ Id }) => refused.has(Id));
    await sleep(FIRST_PAUSE_MS * 2 ** (round - 1), signal);
    signal.throwIfAborted();
  }

  async function request(entries: readonly Entry[]): Promise<SendMessageBatchResult> {
    try {
      return await sqs.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...entries] }),
        { abortSignal: signal },
      );
    } catch (cause) {
      signal.throwIfAborted();
      throw sendFailed("retry", cause instanceof Error ? cause.message : "no answer", cause);
    }
  }
}

function sendFailed(disposition: "retry" | "park", reasons: string, cause?: unknown): AppError {
  return new AppError("queue_send_failed", `messages were not sent: ${reasons}`, {
    disposition,
    cause,
  });
}

function tooLarge(id: string, bytes: number): AppError {
  return new AppError(
    "queue_message_too_large",
    `message ${id} of the call has ${bytes} bytes, more than ${MAX_BATCH_BYTES}`,
    { disposition: "park" },
  );
}
