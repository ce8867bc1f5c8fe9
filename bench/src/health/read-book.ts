import {
  connectGateway,
  NETWORK_IDS,
  readCdps,
  readHead,
  readMarket,
  resolveMarket,
  xrdAddress,
} from "@weft/ledger";
import type { Cdp, Market } from "@weft/protocol";
import { Registry } from "prom-client";
import { createLedger } from "../../../local/src/simulator/ledger/ledger.ts";
import { createSimulatorServer } from "../../../local/src/simulator/server.ts";

/** A drawn book as the indexer reads it: over HTTP, by the Gateway client and the decoders. Burned CDPs are left out. */
export async function readBook(
  cdps: number,
  seed: number,
): Promise<{ readonly market: Market; readonly book: readonly Cdp[] }> {
  const { signal } = new AbortController();
  const ledger = createLedger({ cdps, seed, commitDelayMs: 0, wallNowMs: Date.now });
  const server = createSimulatorServer({ ledger, seed });
  try {
    const url = await server.listen({ host: "127.0.0.1", port: 0 });
    const gateway = connectGateway(
      {
        ...{ GATEWAY_URLS: [url], GATEWAY_MAX_IN_FLIGHT: 4, GATEWAY_REQUESTS_PER_SECOND: 10_000 },
        ...{ GATEWAY_TIMEOUT_MS: 60_000, GATEWAY_CALL_BUDGET_MS: 60_000 },
      },
      { app: "bench", version: "0", registry: new Registry() },
    );
    const { lendingMarket, lendingPool, cdpResource } = ledger.addresses;
    const addresses = { lendingMarket, lendingPool, cdpResource };
    const { stateVersion, timestampMs: ledgerTimeMs } = await readHead(gateway, signal);
    const entities = await resolveMarket(gateway, addresses, stateVersion, signal);
    const xrd = await xrdAddress(NETWORK_IDS.simulator);
    const point = { stateVersion, ledgerTimeMs, xrd };
    const market = await readMarket(gateway, entities, point, signal);
    const ids = Array.from({ length: cdps }, (_, position) => ledger.mintedId(position));
    const reads = await readCdps(gateway, { cdpResource, ids, stateVersion }, signal);
    const book = [...reads.values()].flatMap((read) => (read.kind === "live" ? [read.cdp] : []));
    return { market, book };
  } finally {
    await server.close();
  }
}
