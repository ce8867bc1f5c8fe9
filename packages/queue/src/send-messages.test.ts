import type { SQSClient } from "@aws-sdk/client-sqs";
import { startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createSender } from "./send-messages.ts";
import { createSqs, queueDepth, resolveQueueUrl } from "./sqs-client.ts";
import { createHandMovedTime } from "./testing/hand-moved-time.ts";
import { type MisbehavingSqs, startMisbehavingSqs } from "./testing/misbehaving-sqs.ts";

const { signal } = new AbortController();
const encode = (body: { readonly index: number }) => JSON.stringify(body);
let emulator: Awaited<ReturnType<typeof startFauxqs>>;
let sqs: SQSClient;
let faulty: MisbehavingSqs;

beforeAll(async () => {
  emulator = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
});

afterAll(() => emulator.stop());

beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  sqs = createSqs({ region: "us-east-1", endpointUrl: `http://127.0.0.1:${emulator.port}` });
  faulty = await startMisbehavingSqs();
});

afterEach(async () => {
  sqs.destroy();
  await faulty.close();
});

test("twenty-five messages arrive in order, in three requests", async () => {
  emulator.createQueue("index");
  const queueUrl = await resolveQueueUrl(sqs, "index", signal);
  const sender = createSender({ sqs, queueUrl, encode });
  await sender.send(
    Array.from({ length: 25 }, (_, index) => ({ body: { index } })),
    signal,
  );
  const bodies = emulator.inspectQueue("index")?.messages.ready.map(({ body }) => body);
  expect(bodies).toHaveLength(25);
  expect(bodies?.[0]).toBe('{"index":0}');
  expect(bodies?.[10]).toBe('{"index":10}');
  expect(bodies?.[24]).toBe('{"index":24}');
  expect(await queueDepth(sqs, queueUrl)).toEqual({ visible: 25, inFlight: 0, delayed: 0 });
});

test("the same deduplication id twice is one message", async () => {
  emulator.createQueue("candidates.fifo", { attributes: { FifoQueue: "true" } });
  const queueUrl = await resolveQueueUrl(sqs, "candidates.fifo", signal);
  const sender = createSender({ sqs, queueUrl, encode });
  const message = { body: { index: 1 }, groupId: "#1#", deduplicationId: "1-run-scan-9" };
  await sender.send([message], signal);
  await sender.send([message, { ...message, deduplicationId: "1-run-scan-10" }], signal);
  const { ready = [] } = emulator.inspectQueue("candidates.fifo")?.messages ?? {};
  expect(ready.map((m) => [m.messageGroupId, m.messageDeduplicationId])).toEqual([
    ["#1#", "1-run-scan-9"],
    ["#1#", "1-run-scan-10"],
  ]);
});

test("a queue that does not exist is named", async () => {
  await expect(resolveQueueUrl(sqs, "nowhere", signal)).rejects.toMatchObject({
    code: "queue_missing",
    disposition: "retry",
    message: "there is no queue named nowhere",
  });
});

test("messages are packed by bytes as well as by number", async () => {
  const sizes: number[] = [];
  faulty.reply(({ body }) => {
    const entries = body.Entries as { Id: string; MessageBody: string }[];
    sizes.push(entries.length);
    return { status: 200, body: { Successful: [], Failed: [] } };
  });
  const sender = createSender({
    sqs: faulty.sqs,
    queueUrl: faulty.queueUrl,
    encode: (bytes: number) => "é".repeat(bytes / 2),
  });
  await sender.send([{ body: 131_072 }, { body: 131_072 }, { body: 2 }, { body: 262_144 }], signal);
  expect(sizes).toEqual([2, 1, 1]);
});

test("a message beyond the limit is refused before anything is sent", async () => {
  const sender = createSender({
    sqs: faulty.sqs,
    queueUrl: faulty.queueUrl,
    encode: (bytes: number) => "a".repeat(bytes),
  });
  await expect(sender.send([{ body: 1 }, { body: 262_145 }], signal)).rejects.toMatchObject({
    code: "queue_message_too_large",
    disposition: "park",
    message: "message 1 of the call has 262145 bytes, more than 262144",
  });
  expect(faulty.calls).toEqual([]);
});

const sentIds = () =>
  faulty.calls.map(({ body }) => (body.Entries as { Id: string }[]).map(({ Id }) => Id));
const refusal = (Id: string, SenderFault: boolean) => ({
  status: 200 as const,
  body: { Successful: [], Failed: [{ Id, SenderFault, Code: "Throttled", Message: "slow down" }] },
});

test("only what SQS refused for a moment is sent again", async () => {
  const time = createHandMovedTime();
  faulty.reply(() =>
    faulty.calls.length === 1
      ? refusal("1", false)
      : { status: 200, body: { Successful: [], Failed: [] } },
  );
  const sender = createSender({ ...faulty, encode, sleep: time.sleep });
  const sending = sender.send(
    [0, 1, 2].map((index) => ({ body: { index } })),
    signal,
  );
  await vi.waitFor(() => expect(time.asked).toEqual([100]));
  time.advance(100);
  await sending;
  expect(sentIds()).toEqual([["0", "1", "2"], ["1"]]);
});

test("five refusals are enough", async () => {
  faulty.reply(() => refusal("0", false));
  const pauses: number[] = [];
  const sender = createSender({
    ...faulty,
    encode,
    sleep: async (ms) => {
      pauses.push(ms);
    },
  });
  await expect(sender.send([{ body: { index: 0 } }], signal)).rejects.toMatchObject({
    code: "queue_send_failed",
    disposition: "retry",
    message: "messages were not sent: Throttled: slow down",
  });
  expect(pauses).toEqual([100, 200, 400, 800]);
  expect(sentIds()).toHaveLength(5);
});

test("a message that is at fault itself is not sent again", async () => {
  faulty.reply(() => refusal("0", true));
  const sender = createSender({ ...faulty, encode });
  await expect(sender.send([{ body: { index: 0 } }], signal)).rejects.toMatchObject({
    code: "queue_send_failed",
    disposition: "park",
  });
  expect(sentIds()).toEqual([["0"]]);
});

test("a queue that fails altogether is worth another try", async () => {
  faulty.reply(() => ({ status: 500, code: "InternalError" }));
  const sender = createSender({ ...faulty, encode });
  await expect(sender.send([{ body: { index: 0 } }], signal)).rejects.toMatchObject({
    code: "queue_send_failed",
    disposition: "retry",
  });
});

test("an abort is an abort, not a failure of the queue", async () => {
  const sender = createSender({ ...faulty, encode });
  const reason = new Error("stopping");
  await expect(sender.send([{ body: { index: 0 } }], AbortSignal.abort(reason))).rejects.toBe(
    reason,
  );
});
