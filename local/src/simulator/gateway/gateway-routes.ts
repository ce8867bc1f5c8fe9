import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { SimulatedLedger } from "../ledger/types.ts";
import { committedDetailsEndpoints } from "./committed-details.ts";
import type { Endpoint, GatewayContext } from "./endpoint.ts";
import { entityEndpoints } from "./entities.ts";
import { drawFate, type Fate, type Faults } from "./faults.ts";
import { GatewayError, internalServerError, invalidFields } from "./gateway-error.ts";
import { keyValueStoreEndpoints } from "./key-value-stores.ts";
import { nonFungibleEndpoints } from "./non-fungibles.ts";
import { createReplica } from "./replica.ts";
import type { RequestCounter } from "./request-counter.ts";
import { statusEndpoints } from "./status.ts";
import { previewEndpoints } from "./transaction-preview.ts";
import { SUBMIT_PATH, transactionEndpoints } from "./transactions.ts";

const JSON_TYPE = "application/json; charset=utf-8";

export interface GatewayOptions {
  readonly ledger: SimulatedLedger;
  /** Read anew for every request: whoever holds it may change it at any time. */
  readonly faults: Readonly<Faults>;
  /** In [0, 1); decides which requests meet a fault. */
  readonly random: () => number;
  readonly counter: RequestCounter;
  /** Ends what is being delayed. */
  readonly stop: AbortSignal;
}

/** The Gateway API over a simulated ledger, with its limits, its errors and the faults of a network. */
export function addGatewayRoutes(server: FastifyInstance, options: GatewayOptions): void {
  const { ledger, faults, random, counter, stop } = options;
  const context: GatewayContext = { ledger, faults, replica: createReplica(ledger, faults) };
  let requests = 0;
  for (const endpoint of allEndpoints()) {
    server.post(endpoint.path, async (request, reply) => {
      counter.count(endpoint.path);
      const fate = drawFate(faults, random);
      requests += 1;
      const traceId = `simulator-${requests}`;
      if (!(await holdBack(fate.delayMs, stop))) return breakOff(reply);
      return meet(fate, endpoint, { context, body: request.body as string, reply, traceId });
    });
  }
}

function allEndpoints(): readonly Endpoint[] {
  return [
    ...statusEndpoints(),
    ...entityEndpoints(),
    ...nonFungibleEndpoints(),
    ...keyValueStoreEndpoints(),
    ...transactionEndpoints(),
    ...previewEndpoints(),
    ...committedDetailsEndpoints(),
  ];
}

interface Exchange {
  readonly context: GatewayContext;
  /** The body as it came; empty when there was none. */
  readonly body: string | undefined;
  readonly reply: FastifyReply;
  readonly traceId: string;
}

interface Outcome {
  readonly status: number;
  readonly json: string | Buffer;
}

async function meet(fate: Fate, endpoint: Endpoint, exchange: Exchange): Promise<FastifyReply> {
  const { context, reply, traceId } = exchange;
  if (fate.ending === "rate_limited") {
    const seconds = String(context.faults.retryAfterSeconds);
    return reply.code(429).header("retry-after", seconds).type("text/plain").send("Slow down");
  }
  if (fate.ending === "failed")
    return send(reply, outcomeOf(internalServerError(traceId), traceId));
  const outcome = await workOn(endpoint, exchange);
  if (fate.ending === "timed_out") return reply.code(524).send();
  if (fate.answerLost && endpoint.path === SUBMIT_PATH && outcome.status === 200) {
    return breakOff(reply);
  }
  return send(reply, outcome);
}

async function workOn(endpoint: Endpoint, exchange: Exchange): Promise<Outcome> {
  try {
    const answer = await endpoint.answer(exchange.context, parseJson(exchange.body));
    return { status: 200, json: Buffer.isBuffer(answer) ? answer : JSON.stringify(answer) };
  } catch (error) {
    const known = error instanceof GatewayError ? error : internalServerError(exchange.traceId);
    return outcomeOf(known, exchange.traceId);
  }
}

/** False when the server closes first. */
async function holdBack(delayMs: number, stop: AbortSignal): Promise<boolean> {
  if (delayMs > 0) await delay(delayMs, undefined, { signal: stop }).catch(() => undefined);
  return !stop.aborted;
}

/** Closes the connection in place of an answer. */
function breakOff(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}

function parseJson(body: string | undefined): unknown {
  if (body === undefined || body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw invalidFields([{ path: "", errors: ["The body is not valid JSON."] }]);
  }
}

function outcomeOf(error: GatewayError, traceId: string): Outcome {
  return { status: error.status, json: JSON.stringify(error.body(traceId)) };
}

function send(reply: FastifyReply, { status, json }: Outcome): FastifyReply {
  return reply.code(status).type(JSON_TYPE).send(json);
}
