import { Gauge, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createHeartbeat } from "./heartbeat.ts";
import { createOpsServer } from "./ops-server.ts";
import { createReadiness } from "./readiness.ts";

function setUp() {
  let nowMs = 0;
  const registry = new Registry();
  const heartbeat = createHeartbeat(() => nowMs);
  const readiness = createReadiness(["queue", "gateway"] as const);
  const server = createOpsServer({ registry, heartbeat, maxHeartbeatAgeMs: 30_000, readiness });
  return {
    registry,
    heartbeat,
    readiness,
    server,
    passMs: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe("/livez", () => {
  it("is green while the loop beats and red once the last beat is too old", async () => {
    const { server, heartbeat, passMs } = setUp();
    passMs(30_000);
    expect((await server.inject("/livez")).statusCode).toBe(200);
    passMs(1);
    const late = await server.inject("/livez");
    expect(late.statusCode).toBe(503);
    expect(late.json()).toEqual({ live: false, heartbeatAgeMs: 30_001, maxHeartbeatAgeMs: 30_000 });
    heartbeat.beat();
    expect((await server.inject("/livez")).statusCode).toBe(200);
  });
});

describe("/readyz", () => {
  it("names what has not answered yet, and is green once all has", async () => {
    const { server, readiness } = setUp();
    readiness.markReady("queue");
    const early = await server.inject("/readyz");
    expect(early.statusCode).toBe(503);
    expect(early.json()).toEqual({ ready: false, missing: ["gateway"], stopping: false });
    readiness.markReady("gateway");
    expect((await server.inject("/readyz")).statusCode).toBe(200);
  });

  it("is red for good once the process stops", async () => {
    const { server, readiness } = setUp();
    readiness.markReady("queue");
    readiness.markReady("gateway");
    readiness.markStopping();
    expect((await server.inject("/readyz")).json()).toEqual({
      ready: false,
      missing: [],
      stopping: true,
    });
  });
});

it("/metrics shows what the registry holds", async () => {
  const { server, registry } = setUp();
  new Gauge({ name: "indexer_head_age_seconds", help: "Age.", registers: [registry] }).set(7);
  const answer = await server.inject("/metrics");
  expect(answer.headers["content-type"]).toContain("text/plain");
  expect(answer.body).toContain("indexer_head_age_seconds 7");
});
