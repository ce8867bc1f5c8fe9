import type { HandlerAnswer } from "@weft/queue";
import { expect, it } from "vitest";
import { createLedgerGate } from "./ledger-gate.ts";

const { signal } = new AbortController();

function setUp() {
  const world = { isAway: true, asked: 0 };
  const told: (boolean | string)[] = [];
  const gate = createLedgerGate({
    readFreshHead: () => {
      world.asked += 1;
      return world.isAway ? Promise.reject(new Error("no answer")) : Promise.resolve();
    },
    observe: (isShut) => told.push(isShut),
    log: {
      warn: (fields: { reason: string }, line: string) => told.push(`${line}: ${fields.reason}`),
      info: (line: string) => told.push(line),
    } as never,
  });
  const hear = (...answers: HandlerAnswer[]) =>
    Promise.all(answers.map((answer) => gate.through(() => Promise.resolve(answer))));
  return { world, gate, told, hear };
}

const failedBy = (reason: string): HandlerAnswer => ({ verdict: "retry", reason });

it("lets everything through, and asks nobody, while batches come to their end", async () => {
  const { world, gate, told, hear } = setUp();
  await hear("done", { verdict: "park", reason: "malformed_batch" });
  await hear(failedBy("object_store_failed"));
  expect(await gate.admits(signal)).toBe(Number.POSITIVE_INFINITY);
  expect(world.asked).toBe(0);
  expect(told).toEqual([false]);
});

it.each(["gateway_unavailable", "gateway_timeout", "gateway_rate_limited", "stale_head"])(
  "after a batch failed by %s lets nothing through until the head can be read again, and one batch has been worked",
  async (reason) => {
    const { world, gate, told, hear } = setUp();
    await hear(failedBy(reason), failedBy(reason));
    expect([await gate.admits(signal), await gate.admits(signal)]).toEqual([0, 0]);
    world.isAway = false;
    expect(await gate.admits(signal)).toBe(1);
    await hear("done");
    expect(await gate.admits(signal)).toBe(Number.POSITIVE_INFINITY);
    expect(told).toEqual([
      ...[false, true, `receiving paused: the ledger cannot be read: ${reason}`],
      ...[false, "receiving again"],
    ]);
  },
);

it("is not taken in by a head that can be read when nothing else can", async () => {
  const { world, gate, told, hear } = setUp();
  await hear(failedBy("gateway_timeout"));
  world.isAway = false;
  for (const _trial of [1, 2, 3]) {
    expect(await gate.admits(signal)).toBe(1);
    await hear(failedBy("gateway_timeout"));
  }
  expect(told).toEqual([
    ...[false, true, "receiving paused: the ledger cannot be read: gateway_timeout"],
  ]);
});

it("goes on trying after a batch that says nothing of the ledger", async () => {
  const { world, gate, hear } = setUp();
  await hear(failedBy("gateway_timeout"));
  world.isAway = false;
  expect(await gate.admits(signal)).toBe(1);
  await hear({ verdict: "park", reason: "malformed_batch" });
  expect(await gate.admits(signal)).toBe(1);
  await hear(failedBy("object_store_failed"));
  expect(await gate.admits(signal)).toBe(1);
});

it("tries one batch at a time", async () => {
  const { world, gate, hear } = setUp();
  await hear(failedBy("gateway_timeout"));
  world.isAway = false;
  expect([await gate.admits(signal), await gate.admits(signal)]).toEqual([1, 1]);
  const worked = Promise.withResolvers<HandlerAnswer>();
  const trial = gate.through(() => worked.promise);
  expect(await gate.admits(signal)).toBe(0);
  worked.resolve("done");
  await trial;
  expect(await gate.admits(signal)).toBe(Number.POSITIVE_INFINITY);
});

it("opens when the queue has nothing to try, as when other indexers had the rest", async () => {
  const { world, gate, told, hear } = setUp();
  await hear(failedBy("gateway_timeout"));
  world.isAway = false;
  const admitted = [];
  for (let ask = 0; ask < 4; ask += 1) admitted.push(await gate.admits(signal));
  expect(admitted).toEqual([1, 1, 1, Number.POSITIVE_INFINITY]);
  expect(told.at(-1)).toBe("receiving again");
});
