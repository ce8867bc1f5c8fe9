import {
  type GatewayClient,
  NETWORK_IDS,
  readHead,
  readMarket,
  resolveMarket,
  xrdAddress,
} from "@weft/ledger";
import type { Config } from "./config.ts";
import { type MarketFacts, marketFactsOf } from "./market-facts.ts";

/** The market's facts at the head. */
export async function readMarketFacts(
  config: Pick<Config, "NETWORK" | "LENDING_MARKET" | "LENDING_POOL" | "CDP_RESOURCE">,
  gateway: GatewayClient,
  signal: AbortSignal,
): Promise<MarketFacts> {
  const { stateVersion, timestampMs } = await readHead(gateway, signal);
  const addresses = {
    lendingMarket: config.LENDING_MARKET,
    lendingPool: config.LENDING_POOL,
    cdpResource: config.CDP_RESOURCE,
  };
  const entities = await resolveMarket(gateway, addresses, stateVersion, signal);
  const xrd = await xrdAddress(NETWORK_IDS[config.NETWORK]);
  const point = { stateVersion, ledgerTimeMs: timestampMs, xrd };
  return marketFactsOf(entities, await readMarket(gateway, entities, point, signal));
}
