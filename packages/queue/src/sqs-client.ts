import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { AppError } from "@weft/runtime";

/** A server that does not even accept is not worth a long wait; milliseconds. */
const CONNECTION_TIMEOUT_MS = 2_000;
/** Any request but a long poll, which brings its own; milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** A connection that stands still; more than the longest poll is silent for; milliseconds. */
const STALL_TIMEOUT_MS = 30_000;
/** First try included. */
const MAX_ATTEMPTS = 3;

/**
 * A client for SQS, with credentials from the SDK's own chain.
 * `endpointUrl` is set only where it is not AWS that answers; queue URLs then serve as names, not as addresses.
 */
export function createSqs(options: {
  readonly region: string;
  readonly endpointUrl?: string | undefined;
}): SQSClient {
  const { region, endpointUrl } = options;
  const client = new SQSClient({
    region,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      // To the head of the answer; its body has only the time-out of the socket.
      requestTimeout: REQUEST_TIMEOUT_MS,
      socketTimeout: STALL_TIMEOUT_MS,
      // Without it the SDK only logs that a request took too long, and goes on waiting.
      throwOnRequestTimeout: true,
    },
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl, useQueueUrlAsEndpoint: false }),
  });
  // Copies every request and answer for a log that nobody keeps.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

/**
 * The URL of a queue known by name.
 *
 * @throws {AppError} `queue_missing` (retry) when there is no such queue: it may still be on its way
 */
export async function resolveQueueUrl(
  sqs: SQSClient,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }), {
      abortSignal: signal,
    });
    if (QueueUrl !== undefined) return QueueUrl;
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    throw queueMissing(name, error);
  }
  throw queueMissing(name, undefined);
}

/** Messages by state, as SQS counts them: approximate, and up to a minute old on AWS. */
export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** How many messages lie in a queue. */
export async function queueDepth(
  sqs: SQSClient,
  queueUrl: string,
  signal?: AbortSignal,
): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ],
    }),
    signal === undefined ? {} : { abortSignal: signal },
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}

/** What SQS says when a receipt handle no longer stands for a message that we hold. */
const HANDLE_GONE: ReadonlySet<string> = new Set([
  "ReceiptHandleIsInvalid",
  "MessageNotInflight",
  // An expired handle of a FIFO queue, and a message held for the whole twelve hours: everything else we send is constant.
  "InvalidParameterValue",
]);

/** Whether an extension failed because the message is not ours any more. */
export function isHandleGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "Code" in error && typeof error.Code === "string" ? error.Code : "";
  return [error.name, code].some((name) => HANDLE_GONE.has(bareName(name)));
}

/** `AWS.SimpleQueueService.MessageNotInflight` and `InvalidParameterValueException` without what differs by protocol. */
function bareName(name: string): string {
  return name.replace(/^.*\./, "").replace(/Exception$/, "");
}

function queueMissing(name: string, cause: unknown): AppError {
  return new AppError("queue_missing", `there is no queue named ${name}`, {
    disposition: "retry",
    cause,
  });
}
