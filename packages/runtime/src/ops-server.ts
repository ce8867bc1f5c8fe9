import fastify, { type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { Heartbeat } from "./heartbeat.ts";
import type { Readiness } from "./readiness.ts";

export interface OpsServerOptions {
  readonly registry: Registry;
  readonly heartbeat: Heartbeat;
  /** A loop whose last beat is older than this is stuck; milliseconds. */
  readonly maxHeartbeatAgeMs: number;
  readonly readiness: Pick<Readiness<string>, "report">;
}

/** `/livez`, `/readyz` and `/metrics`, for the kubelet and the collector. Not yet listening. */
export function createOpsServer(options: OpsServerOptions): FastifyInstance {
  const { registry, heartbeat, maxHeartbeatAgeMs, readiness } = options;
  const server = fastify({ logger: false });

  server.get("/livez", (_request, reply) => {
    const heartbeatAgeMs = Math.round(heartbeat.ageMs());
    const live = heartbeatAgeMs <= maxHeartbeatAgeMs;
    return reply.code(live ? 200 : 503).send({ live, heartbeatAgeMs, maxHeartbeatAgeMs });
  });
  server.get("/readyz", (_request, reply) => {
    const report = readiness.report();
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  server.get("/metrics", async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return server;
}
