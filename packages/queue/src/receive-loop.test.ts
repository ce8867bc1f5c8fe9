import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Logger } from "@weft/runtime";
import { startFauxqs } from "fauxqs";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Verdict } from "./answer-message.ts";
import { type ReceiveLoopOptions, runReceiveLoop } from "./receive-loop.ts";
import type { ReceivedMessage } from "./received-message.ts";
import { createHandMovedTime } from "./testing/hand-moved-time.ts";

const log = { warn: () => undefined, error: () => undefined } as unknown as Logger;
let server: Awaited<ReturnType<typeof startFauxqs>>;
let sqs: SQSClient;
let name: string;
let queueUrl: string;
let count = 0;

beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
  sqs = new SQSClient({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${server.port}`,
    useQueueUrlAsEndpoint: false,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
});

afterAll(async () => {
  sqs.destroy();
  await server.stop();
});

beforeEach(() => {
  count += 1;
  name = `batches-${count}`;
  queueUrl = server.createQueue(name).queueUrl;
});

const inQueue = (queue = name) => {
  const { messages } = server.inspectQueue(queue) ?? {};
  return { ready: messages?.ready.length, inFlight: messages?.inflight.length };
};

/** A loop that stops when `until` holds or when told. */
function start(options: Partial<ReceiveLoopOptions> & Pick<ReceiveLoopOptions, "handle">) {
  const stop = new AbortController();
  const time = createHandMovedTime();
  const ended = runReceiveLoop({
    sqs,
    queueUrl,
    maxInFlight: 10,
    visibilityTimeoutSeconds: 60,
    waitTimeSeconds: 1,
    onBeat: () => undefined,
    log,
    stop: stop.signal,
    sleep: time.sleep,
    nowMs: time.nowMs,
    ...options,
  });
  return {
    stop: async () => {
      stop.abort();
      await ended;
    },
    abort: () => stop.abort(),
    ended,
  };
}

test("a message that is done is gone, and the handler knew what it was", async () => {
  const before = Date.now();
  server.sendMessage(name, "one batch");
  const seen: ReceivedMessage[] = [];
  const loop = start({
    handle: async (message) => {
      seen.push(message);
      return "done";
    },
  });
  await vi.waitFor(() => expect(inQueue()).toEqual({ ready: 0, inFlight: 0 }));
  await loop.stop();
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ body: "one batch", groupId: null, receiveCount: 1 });
  expect(seen[0]?.messageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(seen[0]?.sentMs).toBeGreaterThanOrEqual(before);
  expect(seen[0]?.firstReceivedMs).toBeGreaterThanOrEqual(seen[0]?.sentMs ?? Number.NaN);
});

test.each<[string, () => Promise<Verdict>]>([
  ["an answer of retry", async () => "retry"],
  [
    "an error nobody expected",
    async () => {
      throw new Error("gateway down");
    },
  ],
  ["a park with no park queue", async () => "park"],
])("%s leaves the message for another try in two seconds", async (_case, handle) => {
  server.sendMessage(name, "one batch");
  const ends: string[] = [];
  const loop = start({ handle, observe: { onEnd: (end) => ends.push(end) } });
  await vi.waitFor(() => expect(ends).toHaveLength(1));
  const [inFlight] = server.inspectQueue(name)?.messages.inflight ?? [];
  const restMs = (inFlight?.visibilityDeadline ?? Number.NaN) - Date.now();
  expect(restMs).toBeGreaterThan(0);
  expect(restMs).toBeLessThanOrEqual(2_000);
  await loop.stop();
});

test("a parked message lies in the park queue with the reason, and no more in its own", async () => {
  const source = server.createQueue("parking.fifo", { attributes: { FifoQueue: "true" } });
  const { queueUrl: parkQueueUrl } = server.createQueue("parking-dlq.fifo", {
    attributes: { FifoQueue: "true" },
  });
  const sent = server.sendMessage("parking.fifo", "poison", {
    messageGroupId: "#7#",
    messageDeduplicationId: "7-run",
  });
  const loop = start({
    queueUrl: source.queueUrl,
    parkQueueUrl,
    handle: async () => ({ verdict: "park", reason: "malformed_candidate" }),
  });
  await vi.waitFor(() => expect(inQueue("parking-dlq.fifo").ready).toBe(1));
  await loop.stop();
  expect(inQueue("parking.fifo")).toEqual({ ready: 0, inFlight: 0 });
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: parkQueueUrl,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    }),
  );
  const [parked] = Messages ?? [];
  expect(parked?.Body).toBe("poison");
  expect(parked?.Attributes).toMatchObject({
    MessageGroupId: "#7#",
    MessageDeduplicationId: sent.messageId,
  });
  expect(parked?.MessageAttributes).toMatchObject({
    parked_from: { StringValue: "parking.fifo" },
    parked_reason: { StringValue: "malformed_candidate" },
    parked_message_id: { StringValue: sent.messageId },
    parked_receive_count: { StringValue: "1" },
  });
});

test("a park queue that is not there loses nothing", async () => {
  server.sendMessage(name, "poison");
  const ends: string[] = [];
  const loop = start({
    parkQueueUrl: "http://sqs.test/000000000000/nowhere",
    handle: async () => "park",
    observe: { onEnd: (end) => ends.push(end) },
  });
  await vi.waitFor(() => expect(ends).toEqual(["unanswered"]));
  await loop.stop();
  expect(inQueue()).toEqual({ ready: 0, inFlight: 1 });
});

test("never more messages are held than allowed, and all of them are worked", async () => {
  for (let i = 0; i < 25; i += 1) server.sendMessage(name, `batch ${i}`);
  const open: (() => void)[] = [];
  const bodies: string[] = [];
  let mostInFlight = 0;
  const loop = start({
    maxInFlight: 3,
    handle: async ({ body }) => {
      bodies.push(body);
      mostInFlight = Math.max(mostInFlight, inQueue().inFlight ?? 0);
      await new Promise<void>((resolve) => open.push(resolve));
      return "done";
    },
  });
  for (let worked = 0; worked < 25; worked += 1) {
    await vi.waitFor(() => expect(open.length).toBeGreaterThan(worked));
    expect(open.length - worked).toBeLessThanOrEqual(3);
    open[worked]?.();
  }
  await vi.waitFor(() => expect(inQueue()).toEqual({ ready: 0, inFlight: 0 }));
  await loop.stop();
  expect(mostInFlight).toBe(3);
  expect(new Set(bodies).size).toBe(25);
});

test("a stop during a job lets it finish, deletes its message and only then ends the loop", async () => {
  server.sendMessage(name, "one batch");
  let finish: (verdict: Verdict) => void = () => undefined;
  let handlerSignal = AbortSignal.abort();
  const loop = start({
    handle: (_message, signal) => {
      handlerSignal = signal;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  });
  await vi.waitFor(() => expect(handlerSignal.aborted).toBe(false));
  let hasEnded = false;
  void loop.ended.then(() => {
    hasEnded = true;
  });
  loop.abort();
  // A request of its own takes longer than the loop would need to end.
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 0 }));
  expect(hasEnded).toBe(false);
  expect(handlerSignal.aborted).toBe(false);
  finish("done");
  await loop.ended;
  expect(inQueue()).toEqual({ ready: 0, inFlight: 0 });
});
