import { Registry } from "prom-client";
import { expect, it } from "vitest";
import type { Permission } from "./fleet-watch.ts";
import { createMetrics } from "./metrics.ts";
import { createReceiveGate } from "./receive-gate.ts";

const { signal } = new AbortController();

function setUp() {
  const world = {
    permission: { kind: "granted" } as Permission,
    because: null as string | null,
    admits: Number.POSITIVE_INFINITY,
    hasRoom: true,
  };
  const lines: string[] = [];
  const registry = new Registry();
  const gate = createReceiveGate({
    fleet: { mayReceive: () => Promise.resolve(world.permission) },
    outage: {
      admits: () => world.admits,
      get because() {
        return world.because;
      },
    },
    backlog: { hasRoom: () => Promise.resolve(world.hasRoom) },
    metrics: createMetrics(registry),
    log: {
      warn: (fields: { reason: string }, message: string) =>
        lines.push(`${message}: ${fields.reason}`),
      info: (message: string) => lines.push(message),
    } as never,
  });
  const paused = async () => {
    const metric = await registry.getSingleMetric("liquidator_receiving_paused_info")?.get();
    return metric?.values.filter(({ value }) => value === 1).map(({ labels }) => labels.reason);
  };
  return { world, lines, gate: () => gate(signal), paused };
}

it("lets everything through while nothing speaks against it", async () => {
  const { gate, lines, paused } = setUp();
  expect(await gate()).toBe(Number.POSITIVE_INFINITY);
  expect(await paused()).toEqual([]);
  expect(lines).toEqual([]);
});

it.each(["paused", "holding_fire", "fleet_switch_unreadable"] as const)(
  "%s lets nothing through, says so once, and says when it is over",
  async (because) => {
    const { world, gate, lines, paused } = setUp();
    world.permission = { kind: "refused", because, detail: "text" };
    expect([await gate(), await gate()]).toEqual([0, 0]);
    expect(await paused()).toEqual([because]);
    world.permission = { kind: "granted" };
    await gate();
    expect(await paused()).toEqual([]);
    expect(lines).toEqual([`receiving paused: ${because}`, "receiving"]);
  },
);

it("an outage lets through what its watch admits; a pause comes first", async () => {
  const { world, gate, paused } = setUp();
  Object.assign(world, { because: "treasury", admits: 1 });
  expect(await gate()).toBe(1);
  expect(await paused()).toEqual(["outage"]);
  world.permission = { kind: "refused", because: "paused", detail: "drill" };
  expect(await gate()).toBe(0);
  expect(await paused()).toEqual(["paused"]);
});

it("lets nothing through while enough messages wait, and calls that no pause", async () => {
  const { world, gate, lines, paused } = setUp();
  world.hasRoom = false;
  expect(await gate()).toBe(0);
  expect(await paused()).toEqual([]);
  expect(lines).toEqual([]);
});
