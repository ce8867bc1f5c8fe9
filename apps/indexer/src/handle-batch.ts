import { type BatchSummary, indexBatchSchema } from "@weft/messages";
import type { HandlerAnswer, ReceivedMessage } from "@weft/queue";
import { dispositionOf, errorCodeOf, type Logger } from "@weft/runtime";
import type { BatchEnd } from "./metrics.ts";
import type { BatchDelivery, BatchScan } from "./scan-batch.ts";

/** One batch ended. */
export interface BatchEvent {
  readonly end: BatchEnd;
  readonly durationMs: number;
  /** From sending to receiving, by the queue's clock; 0 when it cannot be told. */
  readonly waitMs: number;
  /** The books that this delivery made; null when it made none. */
  readonly summary: BatchSummary | null;
}

const END_LINES: Readonly<Record<BatchScan["kind"], string>> = {
  scanned: "batch scanned",
  superseded: "batch superseded",
  repeated: "batch was done before",
};

export interface HandleBatchDeps {
  readonly scan: (delivery: BatchDelivery, signal: AbortSignal) => Promise<BatchScan>;
  readonly observe: (event: BatchEvent) => void;
  /** Wall time, milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly log: Logger;
}

type Message = Pick<ReceivedMessage, "body" | "messageId" | "receiveCount" | "sentMs">;

/** Handles one message of the index queue to its end. Never rejects: every failure has a verdict. */
export async function handleBatch(
  message: Message,
  signal: AbortSignal,
  { scan, observe, wallMs, log }: HandleBatchDeps,
): Promise<HandlerAnswer> {
  const { messageId, receiveCount } = message;
  const startMs = wallMs();
  const end = (how: BatchEnd, summary: BatchSummary | null = null) =>
    observe({
      end: how,
      durationMs: wallMs() - startMs,
      waitMs: message.sentMs > 0 ? Math.max(0, startMs - message.sentMs) : 0,
      summary,
    });

  const parsed = indexBatchSchema.safeParse(parseJson(message.body));
  if (!parsed.success) {
    end("park");
    log.error({ messageId, receiveCount, err: parsed.error }, "message is not a batch");
    return { verdict: "park", reason: "malformed_batch" };
  }
  const batch = parsed.data;
  const { runId, batchIndex, stateVersion, traceId } = batch;
  const named = { runId, batchIndex, stateVersion, traceId, messageId, receiveCount };
  let result: BatchScan;
  try {
    result = await scan({ batch, receiveCount }, signal);
  } catch (err) {
    const verdict = dispositionOf(err);
    end(verdict);
    const line = { ...named, verdict, code: errorCodeOf(err), err };
    if (verdict === "park") log.error(line, "batch failed");
    else log.warn(line, "batch failed");
    return { verdict, reason: errorCodeOf(err) };
  }
  const { kind, summary } = result;
  end(kind, kind === "repeated" ? null : summary);
  const { expected, scanned, skipped, failed, verdicts, candidates } = summary;
  const durationMs = wallMs() - startMs;
  const numbers = { expected, scanned, skipped, failed, verdicts, candidates, durationMs };
  log.info({ ...named, ...numbers }, END_LINES[kind]);
  return "done";
}

/** Undefined when it is not JSON: the schema refuses that like anything else that is no batch. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
