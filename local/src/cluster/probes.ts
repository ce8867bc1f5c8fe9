import fastify, { type FastifyInstance } from "fastify";

export interface Probes {
  /** Not yet listening. */
  readonly server: FastifyInstance;
  markReady(): void;
  markStopping(): void;
}

/**
 * `/livez` as soon as it listens, and `/readyz` once everything the programs expect is there, until the end: what is
 * not ready gets no traffic, and the queues of a stack that is half made would be missed.
 */
export function createProbes(): Probes {
  const server = fastify({ logger: false, forceCloseConnections: true });
  let ready = false;
  let stopping = false;
  server.get("/livez", () => ({ live: true }));
  server.get("/readyz", (_request, reply) =>
    reply.code(ready && !stopping ? 200 : 503).send({ ready: ready && !stopping, stopping }),
  );
  return {
    server,
    markReady() {
      ready = true;
    },
    markStopping() {
      stopping = true;
    },
  };
}
