import type { Logger } from "@weft/runtime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Verdict } from "./answer-message.ts";
import { type ReceiveLoopOptions, runReceiveLoop } from "./receive-loop.ts";
import { queueDepth } from "./sqs-client.ts";
import { createHandMovedTime, type HandMovedTime } from "./testing/hand-moved-time.ts";
import { type MisbehavingSqs, OK, startMisbehavingSqs } from "./testing/misbehaving-sqs.ts";

const log = { warn: () => undefined, error: () => undefined } as unknown as Logger;
let server: MisbehavingSqs;
let time: HandMovedTime;
let stop: AbortController;
let ends: string[];
let beats: number;
let ended: Promise<void>;

beforeEach(async () => {
  server = await startMisbehavingSqs();
  time = createHandMovedTime();
  stop = new AbortController();
  ends = [];
  beats = 0;
});

/** The receive that is under way comes to its end with nothing. */
const stopNow = () => {
  stop.abort();
  server.deliver([]);
};

afterEach(async () => {
  stopNow();
  await ended;
  await server.close();
});

function start(handle: ReceiveLoopOptions["handle"], options: Partial<ReceiveLoopOptions> = {}) {
  ended = runReceiveLoop({
    sqs: server.sqs,
    queueUrl: server.queueUrl,
    maxInFlight: 10,
    visibilityTimeoutSeconds: 60,
    onBeat: () => {
      beats += 1;
    },
    observe: { onEnd: (end) => ends.push(end) },
    log,
    stop: stop.signal,
    sleep: time.sleep,
    nowMs: time.nowMs,
    random: () => 0.5,
    handle,
    ...options,
  });
}

/** Handlers that wait for the test: what began, in order, and how to end each. */
function gates() {
  const begun: string[] = [];
  const signals = new Map<string, AbortSignal>();
  const finish = new Map<string, (verdict: Verdict) => void>();
  const handle: ReceiveLoopOptions["handle"] = ({ body }, signal) =>
    new Promise((resolve) => {
      begun.push(body);
      signals.set(body, signal);
      finish.set(body, resolve);
    });
  return { begun, signals, handle, finish: (b: string, v: Verdict) => finish.get(b)?.(v) };
}

const answers = () =>
  server.calls.map(({ action, body }) =>
    action === "ChangeMessageVisibility"
      ? `${body.ReceiptHandle} visible in ${body.VisibilityTimeout}`
      : `${action} ${body.ReceiptHandle ?? ""}`.trim(),
  );

test("messages of one group in one receive are worked one after the other, groups side by side", async () => {
  const { begun, handle, finish } = gates();
  start(handle);
  server.deliver([
    { body: "a1", groupId: "a" },
    { body: "a2", groupId: "a" },
    { body: "b1", groupId: "b" },
  ]);
  await vi.waitFor(() => expect(begun).toEqual(["a1", "b1"]));
  finish("a1", "done");
  await vi.waitFor(() => expect(begun).toEqual(["a1", "b1", "a2"]));
  finish("a2", "done");
  finish("b1", "done");
  await vi.waitFor(() => expect(ends).toEqual(["done", "done", "done"]));
});

test("a message that is handed back takes the later ones of its group with it, unworked", async () => {
  const { begun, handle, finish } = gates();
  start(handle);
  server.deliver([
    { body: "a1", groupId: "a", receiveCount: 3 },
    { body: "a2", groupId: "a" },
    { body: "a3", groupId: "a" },
    { body: "b1", groupId: "b" },
  ]);
  await vi.waitFor(() => expect(begun).toHaveLength(2));
  finish("a1", "retry");
  await vi.waitFor(() => expect(ends).toEqual(["retry", "unstarted", "unstarted"]));
  finish("b1", "done");
  await vi.waitFor(() => expect(ends).toHaveLength(4));
  expect(begun).toEqual(["a1", "b1"]);
  expect(answers()).toEqual([
    "handle of a1 visible in 8",
    "handle of a2 visible in 0",
    "handle of a3 visible in 0",
    "DeleteMessage handle of b1",
  ]);
});

test("a parked message does not hold up its group", async () => {
  start(async ({ body }) => (body === "a1" ? "park" : "done"), {
    parkQueueUrl: "http://sqs.test/000000000000/dlq.fifo",
  });
  server.deliver([
    { body: "a1", groupId: "a" },
    { body: "a2", groupId: "a" },
  ]);
  await vi.waitFor(() => expect(ends).toEqual(["park", "done"]));
  expect(answers()).toEqual([
    "SendMessage",
    "DeleteMessage handle of a1",
    "DeleteMessage handle of a2",
  ]);
});

test("a held message is extended at every third of its time-out, a waiting one of the group too", async () => {
  const { begun, handle, finish } = gates();
  start(handle);
  server.deliver([
    { body: "a1", groupId: "a" },
    { body: "a2", groupId: "a" },
  ]);
  await vi.waitFor(() => expect(begun).toEqual(["a1"]));
  time.advance(19_999);
  time.advance(1);
  await vi.waitFor(() => expect(answers()).toHaveLength(2));
  expect(answers().sort()).toEqual(["handle of a1 visible in 60", "handle of a2 visible in 60"]);
  finish("a1", "done");
  await vi.waitFor(() => expect(begun).toEqual(["a1", "a2"]));
  finish("a2", "done");
  await vi.waitFor(() => expect(ends).toEqual(["done", "done"]));
});

test.each([
  ["ReceiptHandleIsInvalid"],
  ["AWS.SimpleQueueService.MessageNotInflight"],
  ["InvalidParameterValue"],
])("a handle that is gone (%s) aborts the handler, and nothing is deleted", async (code) => {
  const { begun, signals, handle, finish } = gates();
  server.reply(() => ({ status: 400, code }));
  start(handle);
  server.deliver([{ body: "a1", groupId: "a" }]);
  await vi.waitFor(() => expect(begun).toEqual(["a1"]));
  expect(signals.get("a1")?.aborted).toBe(false);
  time.advance(20_000);
  await vi.waitFor(() => expect(signals.get("a1")?.aborted).toBe(true));
  finish("a1", "done");
  await vi.waitFor(() => expect(ends).toEqual(["lost"]));
  expect(answers()).toEqual(["handle of a1 visible in 60"]);
});

test("a lost message keeps its slot and its group until its handler has really ended", async () => {
  const { begun, signals, handle, finish } = gates();
  server.reply(() => ({ status: 400, code: "MessageNotInflight" }));
  start(handle, { maxInFlight: 2 });
  server.deliver([{ body: "a1", groupId: "a" }]);
  await vi.waitFor(() => expect(begun).toEqual(["a1"]));
  time.advance(20_000);
  await vi.waitFor(() => expect(signals.get("a1")?.aborted).toBe(true));
  server.reply(() => OK);
  server.deliver([{ body: "a1 again", groupId: "a" }]);
  // The redelivery has come in when the loop, now full, asks for a pause.
  await vi.waitFor(() => expect(time.asked).toContain(5_000));
  expect(begun).toEqual(["a1"]);
  expect(server.receives.map(({ body }) => body.MaxNumberOfMessages)).toEqual([2, 1]);
  finish("a1", "done");
  await vi.waitFor(() => expect(begun).toEqual(["a1", "a1 again"]));
  finish("a1 again", "done");
  await vi.waitFor(() => expect(ends).toEqual(["lost", "done"]));
});

test("extensions that fail for a moment lose nothing until the time-out has run out", async () => {
  const { begun, signals, handle, finish } = gates();
  server.reply(() => ({ status: 500, code: "InternalError" }));
  start(handle);
  server.deliver([{ body: "a1" }]);
  await vi.waitFor(() => expect(begun).toEqual(["a1"]));
  for (const failed of [1, 2]) {
    time.advance(20_000);
    await vi.waitFor(() => expect(answers()).toHaveLength(failed));
    await vi.waitFor(() =>
      expect(time.asked.filter((ms) => ms === 20_000)).toHaveLength(failed + 1),
    );
    expect(signals.get("a1")?.aborted).toBe(false);
  }
  time.advance(20_000);
  await vi.waitFor(() => expect(signals.get("a1")?.aborted).toBe(true));
  finish("a1", "done");
  await vi.waitFor(() => expect(ends).toEqual(["lost"]));
  expect(answers()).toHaveLength(2);
});

test("the heartbeat is over before the answer is sent, an extension under way included", async () => {
  const { begun, handle, finish } = gates();
  let letExtensionEnd: () => void = () => undefined;
  server.reply(async ({ action }) => {
    if (action === "ChangeMessageVisibility") {
      await new Promise<void>((resolve) => {
        letExtensionEnd = resolve;
      });
    }
    return OK;
  });
  start(handle);
  server.deliver([{ body: "a1" }]);
  await vi.waitFor(() => expect(begun).toEqual(["a1"]));
  time.advance(20_000);
  await vi.waitFor(() => expect(answers()).toEqual(["handle of a1 visible in 60"]));
  finish("a1", "done");
  // Other requests of the same client come and go; the answer would have been the first of them.
  for (let probe = 0; probe < 3; probe += 1) await queueDepth(server.sqs, server.queueUrl);
  expect(answers().filter((answer) => answer.startsWith("Delete"))).toEqual([]);
  letExtensionEnd();
  await vi.waitFor(() => expect(ends).toEqual(["done"]));
  time.advance(60_000);
  expect(answers().at(-1)).toBe("DeleteMessage handle of a1");
});

test("an answer that fails leaves the loop alive, and the group in order", async () => {
  let refuse = true;
  server.reply(({ action }) =>
    refuse && action === "DeleteMessage" ? { status: 500, code: "InternalError" } : OK,
  );
  start(async () => "done");
  server.deliver([
    { body: "a1", groupId: "a" },
    { body: "a2", groupId: "a" },
  ]);
  await vi.waitFor(() => expect(ends).toEqual(["unanswered", "unstarted"]));
  refuse = false;
  server.deliver([{ body: "a1", groupId: "a" }]);
  await vi.waitFor(() => expect(ends).toEqual(["unanswered", "unstarted", "done"]));
});

test("failing receives are tried again after ever longer pauses, beating all along", async () => {
  const failures: string[] = [];
  start(async () => "done", {
    observe: { onEnd: (end) => ends.push(end), onReceiveFailed: (code) => failures.push(code) },
  });
  // Full pauses of 2, 4, 8, 16, 20, 20 s; half of each, and half of the other half by this dice.
  const pauses = [1_500, 3_000, 6_000, 12_000, 15_000, 15_000];
  for (const [index, pauseMs] of pauses.entries()) {
    server.deliver({ error: "InternalError" });
    await vi.waitFor(() => expect(time.asked).toHaveLength(index + 1));
    time.advance(pauseMs);
  }
  await vi.waitFor(() => expect(beats).toBe(7));
  expect(time.asked).toEqual(pauses);
  expect(failures).toHaveLength(6);
  server.deliver([{ body: "a1" }]);
  await vi.waitFor(() => expect(ends).toEqual(["done"]));
  server.deliver({ error: "InternalError" });
  await vi.waitFor(() => expect(time.asked.at(-1)).toBe(1_500));
});

test("a stop ends the pause after a failed receive", async () => {
  start(async () => "done");
  server.deliver({ error: "InternalError" });
  await vi.waitFor(() => expect(time.asked).toEqual([1_500]));
  stop.abort();
  await expect(ended).resolves.toBeUndefined();
});

test("what waits in its group when the stop comes goes back at once, unworked", async () => {
  const { begun, handle, finish } = gates();
  start(handle);
  server.deliver([
    { body: "a1", groupId: "a" },
    { body: "a2", groupId: "a" },
  ]);
  await vi.waitFor(() => expect(begun).toEqual(["a1"]));
  stopNow();
  finish("a1", "done");
  await ended;
  expect(begun).toEqual(["a1"]);
  expect(answers()).toEqual(["DeleteMessage handle of a1", "handle of a2 visible in 0"]);
});

test("what a receive brings that was under way at the stop goes back at once, unworked", async () => {
  const { begun, handle } = gates();
  start(handle);
  await vi.waitFor(() => expect(server.receives).toHaveLength(1));
  stop.abort();
  server.deliver([{ body: "late" }]);
  await ended;
  expect(begun).toEqual([]);
  expect(ends).toEqual(["unstarted"]);
  expect(answers()).toEqual(["handle of late visible in 0"]);
});

test("a receive that does not answer after a stop is given up two seconds after its wait", async () => {
  start(async () => "done", { waitTimeSeconds: 20 });
  await vi.waitFor(() => expect(server.receives).toHaveLength(1));
  stop.abort();
  expect(time.asked).toEqual([22_000]);
  time.advance(22_000);
  await ended;
});

test("a receive that is accepted and never answered is given up ten seconds after its wait, and the loop goes on", async () => {
  const late = new AbortController();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValueOnce(late.signal);
  start(async () => "done", { waitTimeSeconds: 20 });
  await vi.waitFor(() => expect(server.receives).toHaveLength(1));
  expect(timeout).toHaveBeenCalledWith(30_000);
  late.abort();
  await vi.waitFor(() => expect(time.asked).toEqual([1_500]));
  timeout.mockRestore();
  time.advance(1_500);
  await vi.waitFor(() => expect(server.receives).toHaveLength(2));
  expect(beats).toBe(2);
});
