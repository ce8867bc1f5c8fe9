import { errorCodeOf, type Logger } from "@weft/runtime";
import {
  type AnswerDeps,
  backOffSeconds,
  deleteMessage,
  handBack,
  park,
  type Verdict,
} from "./answer-message.ts";
import type { HeldMessage, ReceivedMessage } from "./received-message.ts";

/** A verdict, or one with the reason that a parked message shall carry. */
export type HandlerAnswer = Verdict | { readonly verdict: Verdict; readonly reason: string };

/**
 * Does the work of one message. `signal` aborts when the message may have gone to somebody else: end soon, do nothing
 * further to the world. It does not abort when the process stops: what is begun is finished.
 * A rejection counts as `retry`.
 */
export type Handle = (message: ReceivedMessage, signal: AbortSignal) => Promise<HandlerAnswer>;

/** Sends the answer of a message that was worked, by calling `send` once, with whatever is to be done around it. */
export type AroundAnswer = (message: ReceivedMessage, send: () => Promise<void>) => Promise<void>;

/** How a message ended: its verdict, or why it got none. */
export const MESSAGE_ENDS = ["done", "retry", "park", "lost", "unstarted", "unanswered"] as const;
export type MessageEnd = (typeof MESSAGE_ENDS)[number];

export interface WorkDeps extends AnswerDeps {
  readonly handle: Handle;
  readonly aroundAnswer: AroundAnswer;
  readonly onEnd: (end: MessageEnd) => void;
  readonly log: Logger;
}

/**
 * Works one message to its answer. Resolves to whether it is settled; if not, it will be delivered again, and what
 * follows in its group must wait for it. Never rejects.
 *
 * held → handled (however it ends, and only when it has ended) → heartbeat stopped → answered | lost, unanswered.
 */
export async function workMessage(held: HeldMessage, deps: WorkDeps): Promise<boolean> {
  const end = await workToEnd(held, deps);
  deps.onEnd(end);
  return end === "done" || end === "park";
}

/** Hands back a message that nobody began to work on, at once. Never rejects. */
export async function returnUnstarted(held: HeldMessage, deps: WorkDeps): Promise<void> {
  await held.hold.release();
  const { aborted } = held.hold.lost;
  const end = aborted
    ? "lost"
    : await answer(held, deps, "unstarted", () => handBack(deps, held, 0));
  deps.onEnd(end);
}

async function workToEnd(held: HeldMessage, deps: WorkDeps): Promise<MessageEnd> {
  const { hold, message } = held;
  const { verdict, reason } = await runHandler(held, deps);
  await hold.release();
  if (hold.lost.aborted) {
    deps.log.warn(
      { messageId: message.messageId, verdict, err: hold.lost.reason },
      "message lost while it was worked",
    );
    return "lost";
  }
  const send = () => answerVerdict(held, deps, verdict, reason);
  return answer(held, deps, verdict, () => deps.aroundAnswer(message, send));
}

async function runHandler(
  { message, hold }: HeldMessage,
  { handle, log }: WorkDeps,
): Promise<{ verdict: Verdict; reason: string }> {
  try {
    const result = await handle(message, hold.lost);
    return typeof result === "string" ? { verdict: result, reason: "" } : result;
  } catch (err) {
    log.error({ messageId: message.messageId, err }, "message handler failed");
    return { verdict: "retry", reason: errorCodeOf(err) };
  }
}

async function answerVerdict(
  held: HeldMessage,
  deps: WorkDeps,
  verdict: Verdict,
  reason: string,
): Promise<void> {
  if (verdict === "done") return deleteMessage(deps, held);
  const { parkQueueUrl } = deps;
  if (verdict === "park" && parkQueueUrl !== undefined) {
    return park({ ...deps, parkQueueUrl }, held, reason);
  }
  return handBack(deps, held, backOffSeconds(held.message.receiveCount));
}

/** An answer that did not come through leaves the message to its visibility time-out. */
async function answer(
  { message }: HeldMessage,
  { log }: WorkDeps,
  end: MessageEnd,
  send: () => Promise<void>,
): Promise<MessageEnd> {
  try {
    await send();
    return end;
  } catch (err) {
    log.warn({ messageId: message.messageId, end, err }, "message not answered");
    return "unanswered";
  }
}
