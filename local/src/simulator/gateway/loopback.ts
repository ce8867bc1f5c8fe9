import { GatewayApiClient } from "@radixdlt/babylon-gateway-api-sdk";
import type { FastifyInstance } from "fastify";
import { createSimulatorServer } from "../server.ts";
import type { Faults } from "./faults.ts";
import { SmallLedger } from "./small-ledger.ts";

export interface Loopback {
  readonly ledger: SmallLedger;
  readonly url: string;
  readonly client: GatewayApiClient;
  /** A POST as no SDK would send it. */
  post(path: string, body: unknown): Promise<Response>;
  close(): Promise<void>;
}

/** The simulator's server over a small ledger, on a free port of this machine, and the official client to read it with. */
export async function listen(faults: Partial<Faults> = {}, seed = 1): Promise<Loopback> {
  const ledger = new SmallLedger();
  const server: FastifyInstance = createSimulatorServer({ ledger, seed, faults });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    ledger,
    url,
    client: GatewayApiClient.initialize({ basePath: url, applicationName: "test" }),
    post: (path, body) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    close: () => server.close(),
  };
}
