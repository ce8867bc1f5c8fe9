import type { Logger } from "@weft/runtime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ReceiveLoopOptions, runReceiveLoop } from "./receive-loop.ts";
import { createHandMovedTime, type HandMovedTime } from "./testing/hand-moved-time.ts";
import { type MisbehavingSqs, startMisbehavingSqs } from "./testing/misbehaving-sqs.ts";

const log = { warn: () => undefined, error: () => undefined } as unknown as Logger;
let server: MisbehavingSqs;
let time: HandMovedTime;
let stop: AbortController;
let beats: number;
let ended: Promise<void>;

beforeEach(async () => {
  server = await startMisbehavingSqs();
  time = createHandMovedTime();
  stop = new AbortController();
  beats = 0;
});

afterEach(async () => {
  stop.abort();
  server.deliver([]);
  await ended;
  await server.close();
});

function start(gate: NonNullable<ReceiveLoopOptions["gate"]>) {
  ended = runReceiveLoop({
    sqs: server.sqs,
    queueUrl: server.queueUrl,
    maxInFlight: 10,
    visibilityTimeoutSeconds: 60,
    handle: async () => "done",
    gate,
    onBeat: () => {
      beats += 1;
    },
    log,
    stop: stop.signal,
    sleep: time.sleep,
    nowMs: time.nowMs,
  });
}

const asked = () => server.receives.map(({ body }) => body.MaxNumberOfMessages);

test("nothing is received while the gate is closed, and the loop shows that it turns", async () => {
  start(async () => 0);
  await vi.waitFor(() => expect(time.asked).toEqual([1_000]));
  time.advance(1_000);
  await vi.waitFor(() => expect(time.asked).toEqual([1_000, 1_000]));
  expect(beats).toBe(2);
  expect(asked()).toEqual([]);
});

test("a gate that opens lets through what it says, and is asked before each receive", async () => {
  const admitted = [0, 1, 4, 100];
  start(async () => admitted.shift() ?? 0);
  await vi.waitFor(() => expect(time.asked).toEqual([1_000]));
  time.advance(1_000);
  await vi.waitFor(() => expect(asked()).toEqual([1]));
  server.deliver([]);
  await vi.waitFor(() => expect(asked()).toEqual([1, 4]));
  server.deliver([]);
  await vi.waitFor(() => expect(asked()).toEqual([1, 4, 10]));
});

test("a gate that fails is closed", async () => {
  start(() => Promise.reject(new Error("no answer")));
  await vi.waitFor(() => expect(time.asked).toEqual([1_000]));
  expect(asked()).toEqual([]);
});

test("a stop ends the loop at a closed gate, and one that is being asked", async () => {
  let isAsked = false;
  start((signal) => {
    isAsked = true;
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(10)));
  });
  await vi.waitFor(() => expect(isAsked).toBe(true));
  stop.abort();
  server.deliver([]);
  await ended;
  expect(asked()).toEqual([]);
});
