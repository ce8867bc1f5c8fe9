import type { BatchSummary } from "@weft/messages";
import { AppError, createLogger } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { batch } from "../test/builders.ts";
import { type BatchEvent, type HandleBatchDeps, handleBatch } from "./handle-batch.ts";
import { summarizeSuperseded } from "./summarize-batch.ts";

const { signal } = new AbortController();
const summary: BatchSummary = summarizeSuperseded(batch, { startedAtMs: 0, finishedAtMs: 0 });

function createWorld(scan: HandleBatchDeps["scan"]) {
  const events: BatchEvent[] = [];
  const lines: Record<string, unknown>[] = [];
  let nowMs = 10_000;
  const deps: HandleBatchDeps = {
    scan,
    observe: (event) => events.push(event),
    wallMs: () => {
      nowMs += 250;
      return nowMs;
    },
    log: createLogger({
      app: "test",
      version: "0",
      level: "info",
      destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
    }),
  };
  return { deps, events, lines };
}

const message = (body: string) => ({ body, messageId: "m-1", receiveCount: 1, sentMs: 9_000 });

describe("handleBatch", () => {
  it("is done with a batch that was scanned", async () => {
    const world = createWorld(() => Promise.resolve({ kind: "scanned", summary }));
    const answer = await handleBatch(message(JSON.stringify(batch)), signal, world.deps);
    expect(answer).toBe("done");
    expect(world.events).toEqual([{ end: "scanned", durationMs: 250, waitMs: 1_250, summary }]);
    expect(world.lines).toMatchObject([
      { level: "info", message: "batch scanned", runId: "20261120T215500Z", batchIndex: 3 },
    ]);
  });

  it("counts no CDP of a batch that was done before, for it counted them then", async () => {
    const world = createWorld(() => Promise.resolve({ kind: "repeated", summary }));
    const answer = await handleBatch(message(JSON.stringify(batch)), signal, world.deps);
    expect(answer).toBe("done");
    expect(world.events).toMatchObject([{ end: "repeated", summary: null }]);
    expect(world.lines).toMatchObject([{ level: "info", message: "batch was done before" }]);
  });

  it.each([
    ["no JSON", "{"],
    ["another kind", JSON.stringify({ ...batch, kind: "candidate" })],
    ["a later version", JSON.stringify({ ...batch, version: 2 })],
  ])("parks %s, and says what is wrong", async (_title, body) => {
    const world = createWorld(() => Promise.reject(new Error("not to be scanned")));
    const answer = await handleBatch(message(body), signal, world.deps);
    expect(answer).toEqual({ verdict: "park", reason: "malformed_batch" });
    expect(world.events).toMatchObject([{ end: "park", summary: null }]);
    expect(world.lines).toMatchObject([{ level: "error", messageId: "m-1" }]);
  });

  it.each([
    ["retry", "gateway_unavailable", "warn"],
    ["park", "market_mismatch", "error"],
  ] as const)("obeys an error that says %s", async (disposition, code, level) => {
    const world = createWorld(() => Promise.reject(new AppError(code, "no", { disposition })));
    const answer = await handleBatch(message(JSON.stringify(batch)), signal, world.deps);
    expect(answer).toEqual({ verdict: disposition, reason: code });
    expect(world.events).toMatchObject([{ end: disposition }]);
    expect(world.lines).toMatchObject([{ level, code, message: "batch failed" }]);
  });

  it("tries again after an error that nobody foresaw", async () => {
    const world = createWorld(() => Promise.reject(new TypeError("undefined is not")));
    const answer = await handleBatch(message(JSON.stringify(batch)), signal, world.deps);
    expect(answer).toEqual({ verdict: "retry", reason: "unexpected" });
  });
});
