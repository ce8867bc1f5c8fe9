import {
  type GatewayClient,
  type MarketFacts,
  marketFactsOf,
  NETWORK_IDS,
  readHead,
  readLiquidationTerms,
  resolveMarket,
  type UndecodableEntry,
  xrdAddress,
} from "@weft/ledger";
import type { Logger } from "@weft/runtime";
import type { Config } from "./config.ts";
import { createTermsKeeper, type TermsKeeper } from "./keep-terms.ts";

/** What is read of the market at start, and the pools and switches that are read again as long as the process runs. */
export async function openMarket(
  config: Config,
  { gateway, log }: { readonly gateway: GatewayClient; readonly log: Logger },
  signal: AbortSignal,
): Promise<{ readonly market: MarketFacts; readonly termsKeeper: TermsKeeper }> {
  const { stateVersion } = await readHead(gateway, signal);
  const addresses = {
    lendingMarket: config.LENDING_MARKET,
    lendingPool: config.LENDING_POOL,
    cdpResource: config.CDP_RESOURCE,
  };
  const entities = await resolveMarket(gateway, addresses, stateVersion, signal);
  const xrd = await xrdAddress(NETWORK_IDS[config.NETWORK]);
  const onUndecodable = (entry: UndecodableEntry) => log.warn(entry, "pool cannot be read");
  const readAt = (version: bigint, s: AbortSignal) =>
    readLiquidationTerms(gateway, entities, { stateVersion: version, onUndecodable }, s);
  const first = await readAt(stateVersion, signal);
  const termsKeeper = createTermsKeeper(first, {
    read: async (s) => readAt((await readHead(gateway, s)).stateVersion, s),
    nowMs: () => performance.now(),
    log,
  });
  const { current: terms } = termsKeeper;
  const market = marketFactsOf({ ...addresses, ...entities }, xrd, { first, terms });
  return { market, termsKeeper };
}
