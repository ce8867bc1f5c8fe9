import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Messages not yet answered: visible, in flight and delayed together. */
export interface QueueDepths {
  readonly index: number;
  readonly indexParked: number;
  readonly liquidation: number;
  readonly liquidationParked: number;
}

export type QueueNames = Readonly<Record<keyof QueueDepths, string>>;

const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

/** Counts the messages of the four queues. */
export async function createQueueGauge(
  sqs: SQSClient,
  names: QueueNames,
  signal: AbortSignal,
): Promise<(signal: AbortSignal) => Promise<QueueDepths>> {
  const resolve = async (name: string) => {
    const found = await sqs.send(new GetQueueUrlCommand({ QueueName: name }), {
      abortSignal: signal,
    });
    return found.QueueUrl ?? "";
  };
  const [index, indexParked, liquidation, liquidationParked] = await Promise.all(
    [names.index, names.indexParked, names.liquidation, names.liquidationParked].map(resolve),
  );
  const depth = (queueUrl: string | undefined, abortSignal: AbortSignal) =>
    depthOf(sqs, queueUrl, abortSignal);
  return async (abortSignal) => ({
    index: await depth(index, abortSignal),
    indexParked: await depth(indexParked, abortSignal),
    liquidation: await depth(liquidation, abortSignal),
    liquidationParked: await depth(liquidationParked, abortSignal),
  });
}

async function depthOf(
  sqs: SQSClient,
  queueUrl: string | undefined,
  abortSignal: AbortSignal,
): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
    { abortSignal },
  );
  return COUNTS.reduce((total, name) => total + Number(Attributes?.[name] ?? 0), 0);
}
