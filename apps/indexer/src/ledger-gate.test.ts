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
  return { world, gate, told };
}

it("lets everything through, and asks nobody, while batches come to their end", async () => {
  const { world, gate, told } = setUp();
  gate.heard("done");
  gate.heard({ verdict: "park", reason: "malformed_batch" });
  gate.heard({ verdict: "retry", reason: "object_store_failed" });
  expect(await gate.admits(signal)).toBe(Number.POSITIVE_INFINITY);
  expect(world.asked).toBe(0);
  expect(told).toEqual([false]);
});

it.each(["gateway_unavailable", "gateway_timeout", "gateway_rate_limited", "stale_head"])(
  "after a batch failed by %s lets nothing through until the head can be read again",
  async (reason) => {
    const { world, gate, told } = setUp();
    gate.heard({ verdict: "retry", reason });
    gate.heard({ verdict: "retry", reason });
    expect([await gate.admits(signal), await gate.admits(signal)]).toEqual([0, 0]);
    world.isAway = false;
    expect(await gate.admits(signal)).toBe(Number.POSITIVE_INFINITY);
    expect(told).toEqual([
      ...[false, true, `receiving paused: the ledger cannot be read: ${reason}`],
      ...[false, "receiving again"],
    ]);
  },
);
