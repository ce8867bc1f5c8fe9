import {
  type Decimal,
  type ResourceAddress,
  type ServiceSwitches,
  subPreciseDecimal,
  toDecimal,
} from "@weft/protocol";
import { inParallel } from "@weft/runtime";
import type { GatewayClient } from "../gateway/client.ts";
import { namedField } from "../sbor/fields.ts";
import { SborError, type SborNode } from "../sbor/node.ts";
import { readDecimal, readPreciseDecimal, readReference } from "../sbor/readers.ts";
import { readPool } from "./decode-market.ts";
import { addSwitchedOff, switchesOf } from "./read-services.ts";
import {
  decodeEntries,
  readEntries,
  readKeys,
  type StoreAt,
  type UndecodableEntry,
} from "./read-store.ts";
import type { MarketEntities } from "./resolve-market.ts";

/** What a liquidation has to know of a pool. */
export interface PoolTerms {
  readonly depositUnit: ResourceAddress;
  /** Digits after the point that the asset, and its deposit unit, can carry. */
  readonly divisibility: number;
  /** What is there to lend by flash or to redeem, in the asset: deposits less loans, as last written. */
  readonly liquidity: Decimal;
  /** The pool's part of what it lends by flash. */
  readonly flashFeeRate: Decimal;
}

/** On which terms liquidations can be made now. */
export interface LiquidationTerms {
  /** By asset. */
  readonly pools: ReadonlyMap<ResourceAddress, PoolTerms>;
  readonly services: ServiceSwitches;
}

/**
 * The pools and what the market has switched off, at one version: six requests, two round trips.
 *
 * @param point `onUndecodable` hears of an entry that cannot be read. A pool is then as though it was not there.
 * @throws {SborError} when a switch cannot be read: what may not be done is not guessed
 */
export async function readLiquidationTerms(
  client: GatewayClient,
  { stores }: Pick<MarketEntities, "stores">,
  point: {
    readonly stateVersion: bigint;
    readonly onUndecodable: (entry: UndecodableEntry) => void;
  },
  signal: AbortSignal,
): Promise<LiquidationTerms> {
  const { stateVersion, onUndecodable } = point;
  const pools = new Map<ResourceAddress, PoolTerms>();
  const loans = new Set<string>();
  const collaterals = new Set<string>();
  const fail = ({ store, reason }: UndecodableEntry): never => {
    throw new SborError(`a switch of ${store}: ${reason}`);
  };
  const reads: readonly (readonly [string, Decode, (entry: UndecodableEntry) => void])[] = [
    [
      stores.resourcePools,
      (key, value) => pools.set(readReference(key), readTerms(value)),
      onUndecodable,
    ],
    [stores.loanServices, (key, value) => addSwitchedOff(loans, key, value), fail],
    [stores.collateralServices, (key, value) => addSwitchedOff(collaterals, key, value), fail],
  ];
  await inParallel(
    reads.map(([store, decode, onFault]) => async (readSignal: AbortSignal) => {
      const at: StoreAt = { store, stateVersion };
      const keys = await readKeys(client, at, readSignal);
      const entries = await readEntries(
        client,
        at,
        keys.map(({ hex }) => ({ key_hex: hex })),
        readSignal,
      );
      decodeEntries(at, entries, decode, onFault);
    }),
    signal,
  );
  return { pools, services: switchesOf(loans, collaterals) };
}

type Decode = Parameters<typeof decodeEntries>[2];

function readTerms(node: SborNode): PoolTerms {
  const { depositUnit, assetDivisibility } = readPool("", node);
  const total = (side: string) =>
    namedField(node, side, (state) => namedField(state, "total", readPreciseDecimal));
  return {
    depositUnit,
    divisibility: assetDivisibility,
    liquidity: toDecimal(subPreciseDecimal(total("deposit_state"), total("loan_state"))),
    flashFeeRate: namedField(node, "pool_config", (config) =>
      namedField(config, "protocol_flashloan_fee_rate", readDecimal),
    ),
  };
}
