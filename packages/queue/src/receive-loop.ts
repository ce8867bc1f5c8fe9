import {
  ChangeMessageVisibilityCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { errorCodeOf, type Logger, sleep as realSleep, type Sleep } from "@weft/runtime";
import { type HoldOptions, holdMessage } from "./hold-message.ts";
import { type HeldMessage, toReceivedMessage, WANTED_ATTRIBUTES } from "./received-message.ts";
import { createWorkGroups } from "./work-groups.ts";
import {
  type AroundAnswer,
  type Handle,
  type MessageEnd,
  returnUnstarted,
  type WorkDeps,
  workMessage,
} from "./work-message.ts";

/** The longest that SQS lets a receive wait. */
const DEFAULT_WAIT_SECONDS = 20;
/** SQS's limit on one receive. */
const MAX_RECEIVE = 10;
/** A long poll may answer this much after its wait is over; milliseconds. */
const RECEIVE_MARGIN_MS = 10_000;
/** The last one, after a stop, only so much: the process has to end. */
const LAST_RECEIVE_MARGIN_MS = 2_000;
/** How soon a closed gate is asked again; milliseconds. */
const CLOSED_PAUSE_MS = 1_000;
/** A loop with no free slot still turns, and shows it; milliseconds. */
const FULL_PAUSE_MS = 5_000;
const MIN_BACK_OFF_MS = 1_000;
const MAX_BACK_OFF_MS = 20_000;

/** What a receive loop tells whoever counts. */
export interface ReceiveObserver {
  readonly onEnd: (end: MessageEnd) => void;
  /** @param code of the error; the client has tried again by then */
  readonly onReceiveFailed?: (code: string) => void;
}

export interface ReceiveLoopOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** Messages held at once, waiting ones of a group included; at least 1. */
  readonly maxInFlight: number;
  /** How long a message stays ours without a sign of life, 1 to 43,200 seconds. Extended at every third. */
  readonly visibilityTimeoutSeconds: number;
  /** How long an empty receive waits, 0 to 20 seconds; 20 unless told. */
  readonly waitTimeSeconds?: number | undefined;
  /** Where parked messages go. Without it they are handed back, and the queue's own redrive count ends them. */
  readonly parkQueueUrl?: string | undefined;
  readonly handle: Handle;
  /** Unless given, answers are only sent. */
  readonly aroundAnswer?: AroundAnswer | undefined;
  /**
   * How many messages may be received now, 0 while none may. Asked before each receive, and a second after each 0; a
   * rejection counts as 0. Without it any number may.
   */
  readonly gate?: ((signal: AbortSignal) => Promise<number>) | undefined;
  /** The loop has turned: called at least once per receive. */
  readonly onBeat: () => void;
  readonly observe?: ReceiveObserver | undefined;
  readonly log: Logger;
  /** No further receive, nothing further begun; what is begun is finished and answered. */
  readonly stop: AbortSignal;
  readonly sleep?: Sleep;
  /** A monotonic clock, milliseconds. */
  readonly nowMs?: () => number;
  /** 0 inclusive to 1 exclusive, for the jitter. */
  readonly random?: () => number;
}

/**
 * Receives and works messages until `stop` aborts; resolves when every message held has been worked and answered, or
 * handed back unstarted. Failing receives are tried again after 1 to 20 seconds, for ever.
 *
 * A receive that is under way when `stop` comes is waited for: cut off, it may take messages with it that nobody sees before
 * their visibility time-out is over. What it brings is handed back at once.
 */
export async function runReceiveLoop(options: ReceiveLoopOptions): Promise<void> {
  const { maxInFlight, stop, onBeat, sleep = realSleep } = options;
  const running = new Set<Promise<void>>();
  let heldCount = 0;
  let freed = new AbortController();
  const groups = createGroups(options, () => {
    heldCount -= 1;
    freed.abort();
  });
  let failures = 0;
  const ended = new AbortController();
  const overdue = endOfLastReceive(options, ended.signal);

  while (!stop.aborted) {
    onBeat();
    if (heldCount >= maxInFlight) {
      freed = new AbortController();
      await sleep(FULL_PAUSE_MS, AbortSignal.any([stop, freed.signal]));
      continue;
    }
    const admitted = await askGate(options);
    if (stop.aborted) break;
    if (admitted < 1) {
      await sleep(CLOSED_PAUSE_MS, stop);
      continue;
    }
    const free = Math.min(maxInFlight - heldCount, MAX_RECEIVE);
    const received = await receive(options, Math.min(free, admitted), overdue);
    if (received === undefined) {
      failures += 1;
      await sleep(backOffMs(failures, options.random ?? Math.random), stop);
      continue;
    }
    failures = 0;
    if (received.length === 0) continue;
    heldCount += received.length;
    for (const lane of groups.start(received.map((message) => hold(message, options)))) {
      running.add(lane);
      void lane.then(() => running.delete(lane));
    }
  }
  ended.abort();
  await Promise.all(running);
}

/** Aborts when a receive that was under way at the stop should have answered long ago. */
function endOfLastReceive(
  { stop, waitTimeSeconds = DEFAULT_WAIT_SECONDS, sleep = realSleep }: ReceiveLoopOptions,
  ended: AbortSignal,
): AbortSignal {
  const overdue = new AbortController();
  const watch = async () => {
    await sleep(waitTimeSeconds * 1_000 + LAST_RECEIVE_MARGIN_MS, ended);
    overdue.abort(stop.reason);
  };
  stop.addEventListener("abort", () => void watch(), { once: true });
  return overdue.signal;
}

function createGroups(options: ReceiveLoopOptions, onSlotFreed: () => void) {
  const { observe, stop } = options;
  const deps: WorkDeps = {
    sqs: options.sqs,
    queueUrl: options.queueUrl,
    parkQueueUrl: options.parkQueueUrl,
    handle: options.handle,
    aroundAnswer: options.aroundAnswer ?? ((_message, send) => send()),
    log: options.log,
    onEnd(end) {
      onSlotFreed();
      observe?.onEnd(end);
    },
  };
  return createWorkGroups({
    work: (held) => workMessage(held, deps),
    giveBack: (held) => returnUnstarted(held, deps),
    stop,
  });
}

/** A gate that does not answer is closed: whoever set it up did so for a reason. */
async function askGate({ gate, stop, log }: ReceiveLoopOptions): Promise<number> {
  if (gate === undefined) return MAX_RECEIVE;
  try {
    return await gate(stop);
  } catch (err) {
    if (!stop.aborted) log.warn({ err }, "receive gate failed");
    return 0;
  }
}

/** Up to `count` messages; undefined when the queue did not answer. */
async function receive(
  options: ReceiveLoopOptions,
  count: number,
  overdue: AbortSignal,
): Promise<Message[] | undefined> {
  const { sqs, queueUrl, visibilityTimeoutSeconds, log, observe } = options;
  const { waitTimeSeconds = DEFAULT_WAIT_SECONDS } = options;
  const limitMs = waitTimeSeconds * 1_000 + RECEIVE_MARGIN_MS;
  // Over all attempts of the client, or three that stand still would outlast the liveness probe.
  const abortSignal = AbortSignal.any([overdue, AbortSignal.timeout(limitMs)]);
  try {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: count,
        VisibilityTimeout: visibilityTimeoutSeconds,
        WaitTimeSeconds: waitTimeSeconds,
        MessageSystemAttributeNames: WANTED_ATTRIBUTES,
      }),
      { abortSignal, requestTimeout: limitMs },
    );
    return Messages;
  } catch (err) {
    if (overdue.aborted) return [];
    log.warn({ err }, "receive failed");
    observe?.onReceiveFailed?.(errorCodeOf(err));
    return undefined;
  }
}

function hold(message: Message, options: ReceiveLoopOptions): HeldMessage {
  const { sqs, queueUrl, visibilityTimeoutSeconds, sleep = realSleep, log } = options;
  const receiptHandle = message.ReceiptHandle ?? "";
  const holdOptions: HoldOptions = {
    visibilityMs: visibilityTimeoutSeconds * 1_000,
    nowMs: options.nowMs ?? (() => performance.now()),
    sleep,
    onExtendFailed: (err) => log.warn({ messageId: message.MessageId, err }, "extension failed"),
    async extend(signal) {
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: visibilityTimeoutSeconds,
        }),
        { abortSignal: signal },
      );
    },
  };
  return { message: toReceivedMessage(message), receiptHandle, hold: holdMessage(holdOptions) };
}

/** 1 s, then up to twice as long each time, up to 20 s; half of each pause is left to chance. */
function backOffMs(failures: number, random: () => number): number {
  const fullMs = Math.min(MIN_BACK_OFF_MS * 2 ** failures, MAX_BACK_OFF_MS);
  return fullMs / 2 + (fullMs / 2) * random();
}
