export type { Verdict } from "./answer-message.ts";
export { type ReceiveLoopOptions, runReceiveLoop } from "./receive-loop.ts";
export { createReceiveMetrics } from "./receive-metrics.ts";
export type { ReceivedMessage } from "./received-message.ts";
export {
  createSender,
  type OutgoingMessage,
  type Sender,
  type SenderOptions,
} from "./send-messages.ts";
export { createSqs, type QueueDepth, queueDepth, resolveQueueUrl } from "./sqs-client.ts";
export type { Handle, HandlerAnswer } from "./work-message.ts";
