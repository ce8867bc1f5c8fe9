import { createLedger } from "../simulator/ledger/ledger.ts";
import { createSimulatorServer } from "../simulator/server.ts";
import { swapPoolsOf, UNFUNDED } from "../start/swap-pools.ts";

/** A simulated ledger on which everybody with debt is over the line, and how a program finds it. */
export interface SunkMarket {
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Nobody holds the key of it: a preview asks for none. */
const ACCOUNT = "account_sim12yyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgnjnm68";
/** Of every asset but one, more than any book owes. */
const FUNDS = "1000000000000";
/** No limit that would show on one machine. */
const IN_FLIGHT = "16";
const REQUESTS_PER_SECOND = "10000";

/** Draws a book, takes all of it under water, funds an account with every asset but one, and listens on a free port. */
export async function openSunkMarket(book: {
  readonly cdps: number;
  readonly seed: number;
}): Promise<SunkMarket> {
  const ledger = createLedger({
    ...{ ...book, commitDelayMs: 0, wallNowMs: Date.now },
    underWater: true,
  });
  const { addresses } = ledger;
  const funded = Object.entries(addresses.resources).filter(([symbol]) => symbol !== UNFUNDED);
  ledger.fund(ACCOUNT, Object.fromEntries(funded.map(([, resource]) => [resource, FUNDS])));
  const server = createSimulatorServer({ ledger, seed: book.seed });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    variables: {
      NETWORK: "simulator",
      GATEWAY_URLS: url,
      GATEWAY_MAX_IN_FLIGHT: IN_FLIGHT,
      GATEWAY_REQUESTS_PER_SECOND: REQUESTS_PER_SECOND,
      LENDING_MARKET: addresses.lendingMarket,
      LENDING_POOL: addresses.lendingPool,
      CDP_RESOURCE: addresses.cdpResource,
      SIGNER_ACCOUNT: ACCOUNT,
      SWAP_POOLS: swapPoolsOf(addresses),
    },
    close: () => server.close(),
  };
}
