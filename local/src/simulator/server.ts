import fastify, { type FastifyInstance } from "fastify";
import { addControlRoutes } from "./control/control-routes.ts";
import { type Faults, NO_FAULTS } from "./gateway/faults.ts";
import { addGatewayRoutes } from "./gateway/gateway-routes.ts";
import { createRequestCounter } from "./gateway/request-counter.ts";
import { createRandom } from "./ledger/random.ts";
import type { SimulatedLedger } from "./ledger/types.ts";

/** A notarized transaction may have 1 MiB; it comes as hex. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

export interface SimulatorServerOptions {
  readonly ledger: SimulatedLedger;
  /** Decides which requests meet a fault. */
  readonly seed: number;
  readonly faults?: Partial<Faults>;
}

/**
 * One Gateway over the ledger, and the control API beside it. Not yet listening.
 * `close` rejects when two intents of one CDP were unfinal together at any time.
 */
export function createSimulatorServer(options: SimulatorServerOptions): FastifyInstance {
  const { ledger, seed } = options;
  const server = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    // The SDK asks for /state/entity/page/fungibles/ with a slash at its end.
    routerOptions: { ignoreTrailingSlash: true },
  });
  const stop = new AbortController();
  server.addHook("preClose", async () => stop.abort());
  server.setNotFoundHandler((_request, reply) => reply.code(404).send());
  acceptAnyBody(server);

  const faults: Faults = { ...NO_FAULTS, ...options.faults };
  const counter = createRequestCounter();
  addGatewayRoutes(server, {
    ledger,
    faults,
    random: createRandom(seed).unit,
    counter,
    stop: stop.signal,
  });
  addControlRoutes(server, { ledger, faults, counter });
  server.addHook("onClose", async () => refuseIntentsTogether(ledger));
  return server;
}

/** Holds for whatever the ledger was used for, so that no test and no profile need look. */
function refuseIntentsTogether(ledger: SimulatedLedger): void {
  const [first, ...more] = ledger.unfinalTogether();
  if (first === undefined) return;
  const { cdpId, intentHashes } = first;
  throw new Error(
    `two intents of one CDP were unfinal together: ${cdpId}, ${intentHashes.join(" and ")}; ${more.length} more such pairs`,
  );
}

/** Bodies are handed on as text: the Gateway takes an empty one, and each side words its own complaint about a bad one. */
function acceptAnyBody(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) =>
    done(null, body),
  );
}
