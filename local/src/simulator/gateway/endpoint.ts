import type { z } from "zod";
import type { LedgerPoint, SimulatedLedger } from "../ledger/types.ts";
import type { Faults } from "./faults.ts";
import type { Replica } from "./replica.ts";
import { parseRequest } from "./request-fields.ts";

/** What every endpoint answers from. */
export interface GatewayContext {
  readonly ledger: SimulatedLedger;
  readonly replica: Replica;
  readonly faults: Readonly<Faults>;
}

/** A body to be sent as JSON; bytes are JSON already. */
export type Answer = Buffer | Readonly<Record<string, unknown>>;

export interface Endpoint {
  readonly path: string;
  answer(context: GatewayContext, body: unknown): Answer | Promise<Answer>;
}

/** An endpoint whose request is checked first. */
export function endpoint<T>(
  path: string,
  schema: z.ZodType<T>,
  answer: (context: GatewayContext, request: T) => Answer | Promise<Answer>,
): Endpoint {
  return { path, answer: (context, body) => answer(context, parseRequest(schema, body)) };
}

/** `ledger_state` as every answer shows it. */
export function ledgerState(context: GatewayContext, point: LedgerPoint): Record<string, unknown> {
  return {
    network: context.ledger.addresses.network,
    state_version: point.stateVersion,
    proposer_round_timestamp: new Date(point.timestampMs).toISOString(),
    epoch: point.epoch,
    round: point.round,
  };
}
