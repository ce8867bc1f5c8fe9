import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Faults } from "../gateway/faults.ts";
import type { RequestCounter } from "../gateway/request-counter.ts";
import type { LedgerPoint, SimulatedLedger } from "../ledger/types.ts";
import {
  advanceRequest,
  createNames,
  fundRequest,
  parseControl,
  pricesRequest,
  referenceRequest,
  servicesRequest,
  UnusableInputError,
} from "./control-requests.ts";
import { createFaultControl, type FaultControl, faultsRequest } from "./fault-settings.ts";
import { createReferenceSource } from "./reference-source.ts";

export interface ControlOptions {
  readonly ledger: SimulatedLedger;
  /** Changed in place: the Gateway reads the same object. */
  readonly faults: Faults;
  readonly counter: Pick<RequestCounter, "counts">;
}

/** What only a simulated ledger has: its clock, its prices, its faults, and the truth of its book. */
export function addControlRoutes(server: FastifyInstance, options: ControlOptions): void {
  const faultControl = createFaultControl(options.ledger, options.faults);
  addReads(server, options, faultControl);
  addWrites(server, options.ledger, faultControl);
  addReference(server, options.ledger);
}

function addReads(
  server: FastifyInstance,
  { ledger, counter }: ControlOptions,
  faultControl: FaultControl,
): void {
  const read = (path: string, answer: () => unknown) =>
    server.get(`/control/${path}`, (_request, reply) => reply.send(answer()));
  read("health", () => ({ healthy: true, ledger_state: stateOf(ledger, ledger.head()) }));
  read("clock", () => ({ nowMs: ledger.nowMs() }));
  read("addresses", () => ledger.addresses);
  read("audit", () => ledger.audit());
  read("requests", () => counter.counts());
  read("prices", () => ({ prices: ledger.prices() }));
  read("services", () => ({ off: ledger.servicesOff() }));
  read("faults", () => faultControl.current());
}

function addWrites(
  server: FastifyInstance,
  ledger: SimulatedLedger,
  faultControl: FaultControl,
): void {
  const names = createNames(ledger);
  const write = (path: string, answer: (body: unknown) => unknown) =>
    server.post(`/control/${path}`, (request, reply) => respond(request, reply, answer));
  write("advance", (body) => {
    const { seconds } = parseControl(advanceRequest, body);
    return stateOf(ledger, ledger.advance(seconds));
  });
  write("prices", (body) => {
    const { set, remove = [], crash } = parseControl(pricesRequest, body);
    const prices = set && names.resolveAll("set", set);
    const gone = names.resolveAll("remove", Object.fromEntries(remove.map((name) => [name, ""])));
    if (prices) ledger.setPrices(prices);
    if (remove.length > 0) ledger.removePrices(Object.keys(gone));
    if (crash !== undefined) ledger.crash(crash);
    return { prices: ledger.prices() };
  });
  write("fund", (body) => {
    const { account, amounts } = parseControl(fundRequest, body);
    const resolved = names.resolveAll("amounts", amounts);
    names.refuseTooFine("amounts", resolved);
    const point = ledger.fund(account, resolved);
    return { balances: ledger.balances(account, point.stateVersion) };
  });
  write("services", (body) => {
    ledger.setServicesOff(parseControl(servicesRequest, body).off);
    return { off: ledger.servicesOff() };
  });
  write("faults", (body) => {
    faultControl.apply(parseControl(faultsRequest, body));
    return faultControl.current();
  });
}

/** A source of prices that has nothing to do with the ledger's own: a test says what it says. */
function addReference(server: FastifyInstance, ledger: SimulatedLedger): void {
  const names = createNames(ledger);
  const reference = createReferenceSource(ledger);
  server.get("/control/reference", (_request, reply) => {
    const answer = reference.answer();
    return answer === undefined
      ? reply.code(503).send({ error: "unavailable" })
      : reply.send(answer);
  });
  server.post("/control/reference", (request, reply) =>
    respond(request, reply, (body) => {
      const { set = {}, ...rest } = parseControl(referenceRequest, body);
      const resolved = names.resolveAll("set", set);
      reference.apply({ set: resolved, ...rest });
      return reference.answer() ?? { error: "unavailable" };
    }),
  );
}

function respond(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (body: unknown) => unknown,
): FastifyReply {
  try {
    return reply.send(answer(request.body));
  } catch (error) {
    if (error instanceof UnusableInputError) {
      return reply.code(400).send({ error: "unusable input", fields: error.fields });
    }
    // The ledger will not have it as it now stands: nothing changes on a frozen one.
    if (error instanceof RangeError) return reply.code(409).send({ error: error.message });
    throw error;
  }
}

function stateOf(ledger: SimulatedLedger, point: LedgerPoint): Record<string, unknown> {
  return {
    network: ledger.addresses.network,
    state_version: point.stateVersion,
    proposer_round_timestamp: new Date(point.timestampMs).toISOString(),
    epoch: point.epoch,
    round: point.round,
  };
}
