import type { Decimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { GatewayClient } from "../gateway/client.ts";
import { atStateVersion } from "../gateway/pin.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";
import { namedField } from "../sbor/fields.ts";
import { readAt, type SborNode, type SborReader } from "../sbor/node.ts";
import { readDecimal, readInteger, readOwn, readReference } from "../sbor/readers.ts";

/** Addresses of the key-value stores that hold the market's state. */
export interface MarketStores {
  readonly resourcePools: string;
  readonly priceCache: string;
  readonly resourceConfigs: string;
  readonly collateralConfigs: string;
  readonly loanConfigs: string;
  readonly efficiencyGroups: string;
  readonly loanServices: string;
  readonly collateralServices: string;
}

/** What the components themselves say of the market; its stores hold the rest. */
export interface MarketEntities {
  readonly lendingMarket: string;
  readonly lendingPool: string;
  /** Resource of the CDP NFTs. */
  readonly cdpResource: string;
  /** The market's own count of CDPs ever minted. */
  readonly cdpCounter: bigint;
  /** Resource of the pool's flash-loan term NFTs. */
  readonly transientResource: string;
  /** How long a price holds after its observation, seconds. */
  readonly priceExpirationSeconds: bigint;
  /** The protocol's part of a liquidation bonus, 0 to 1. */
  readonly protocolBonusShare: Decimal;
  readonly stores: MarketStores;
}

/** The market as it is configured. */
interface MarketAddresses {
  readonly lendingMarket: string;
  readonly lendingPool: string;
  readonly cdpResource: string;
}

/**
 * Finds the market's stores in the state of its two components, so that only those need configuring. One request.
 *
 * @throws {AppError} `market_mismatch` (park) when the market lends from another pool, or mints other CDPs, than configured
 * @throws {SborError} when the state is not that of a Weft V2 market
 */
export async function resolveMarket(
  client: GatewayClient,
  { lendingMarket, lendingPool, cdpResource }: MarketAddresses,
  stateVersion: bigint,
  signal: AbortSignal,
): Promise<MarketEntities> {
  const answer = await client.entityDetails(
    {
      addresses: [lendingMarket, lendingPool],
      at_ledger_state: atStateVersion(stateVersion),
    },
    signal,
  );
  const stateOf = (address: string): SborNode => {
    const item = answer.items?.find((other) => other.address === address);
    const { state } = (item?.details ?? {}) as { readonly state?: unknown };
    if (state === undefined) {
      throw unexpectedAnswer("/state/entity/details", `no component state of ${address}`);
    }
    return readAt(address, state as SborNode, (node) => node);
  };
  const market = readAt("market", stateOf(lendingMarket), readMarketState);
  const pool = readAt("pool", stateOf(lendingPool), readPoolState);
  requireSame(`${lendingMarket} lends from`, market.lendingPool, lendingPool);
  requireSame(`the CDPs of ${lendingMarket} are of`, market.cdpResource, cdpResource);
  const { stores, ...facts } = market;
  return {
    lendingMarket,
    ...facts,
    transientResource: pool.transientResource,
    stores: { ...stores, resourcePools: pool.resourcePools },
  };
}

function requireSame(what: string, found: string, configured: string): void {
  if (found === configured) return;
  throw new AppError("market_mismatch", `${what} ${found}, not ${configured} as configured`, {
    disposition: "park",
  });
}

const readEntries: SborReader<string> = (node) => namedField(node, "entries", readOwn);

const readMarketState = (node: SborNode) => ({
  lendingPool: namedField(node, "lending_pool_proxy", (proxy) =>
    namedField(proxy, "lending_pool", readReference),
  ),
  cdpResource: namedField(node, "cdp_res_manager", readReference),
  cdpCounter: namedField(node, "cdp_counter", readInteger),
  priceExpirationSeconds: namedField(node, "config", (config) =>
    namedField(config, "price_expiration_period", readInteger),
  ),
  protocolBonusShare: namedField(node, "fee_config", (fees) =>
    namedField(fees, "protocol_liquidation_bonus_fee_rate", readDecimal),
  ),
  stores: {
    priceCache: namedField(node, "price_cache", readOwn),
    resourceConfigs: namedField(node, "resource_configs", readOwn),
    collateralConfigs: namedField(node, "collateral_config_manager", readEntries),
    loanConfigs: namedField(node, "loan_config_manager", readEntries),
    efficiencyGroups: namedField(node, "efficiency_group_manager", readEntries),
    loanServices: namedField(node, "loan_service_manager", readEntries),
    collateralServices: namedField(node, "collateral_service_manager", readEntries),
  },
});

const readPoolState = (node: SborNode) => ({
  resourcePools: namedField(node, "resource_pools", readOwn),
  transientResource: namedField(node, "transient_res_manager", readReference),
});
