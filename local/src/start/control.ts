import type { Audit, SimulatorAddresses } from "../simulator/ledger/types.ts";
import { RunFailure } from "./failure.ts";
import type { GatewayRequests } from "./report.ts";

/** The simulated ledger's levers and its truth. */
export interface LedgerControl {
  nowMs(signal: AbortSignal): Promise<number>;
  advance(seconds: number, signal: AbortSignal): Promise<void>;
  crash(fraction: string, signal: AbortSignal): Promise<void>;
  fund(
    account: string,
    amounts: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void>;
  addresses(signal: AbortSignal): Promise<SimulatorAddresses>;
  audit(signal: AbortSignal): Promise<Audit>;
  requests(signal: AbortSignal): Promise<GatewayRequests>;
}

/** @throws {RunFailure} from every call that is not answered with success */
export function createLedgerControl(url: string): LedgerControl {
  const call = async (path: string, signal: AbortSignal, body?: unknown): Promise<unknown> => {
    const request: RequestInit = { signal };
    if (body !== undefined) {
      request.method = "POST";
      request.headers = { "content-type": "application/json" };
      request.body = JSON.stringify(body);
    }
    const response = await fetch(`${url}/control/${path}`, request);
    const text = await response.text();
    if (!response.ok) {
      throw new RunFailure(
        `the simulator answered ${response.status} to /control/${path}: ${text.slice(0, 300)}`,
      );
    }
    return JSON.parse(text);
  };
  return {
    nowMs: async (signal) => ((await call("clock", signal)) as { nowMs: number }).nowMs,
    advance: async (seconds, signal) => void (await call("advance", signal, { seconds })),
    crash: async (crash, signal) => void (await call("prices", signal, { crash })),
    fund: async (account, amounts, signal) =>
      void (await call("fund", signal, { account, amounts })),
    addresses: async (signal) => (await call("addresses", signal)) as SimulatorAddresses,
    audit: async (signal) => (await call("audit", signal)) as Audit,
    requests: async (signal) => (await call("requests", signal)) as GatewayRequests,
  };
}
