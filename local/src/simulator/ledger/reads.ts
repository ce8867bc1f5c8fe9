import { ADDRESSES, RESOURCE_ENTRIES, STAKING_UNITS } from "./addresses.ts";
import { cdpData } from "./cdp-sbor.ts";
import type { Chain } from "./chain.ts";
import { lendingPoolState, marketState } from "./component-sbor.ts";
import { nftOfKey } from "./model.ts";
import { text } from "./numbers.ts";
import { createStoreReader } from "./state-sbor.ts";
import type { SimulatedLedger } from "./types.ts";

type Reads = Pick<
  SimulatedLedger,
  | "mintedCount"
  | "mintedId"
  | "nonFungible"
  | "componentState"
  | "keyValueEntries"
  | "fungibleDivisibility"
  | "stakingUnit"
  | "balances"
>;

/** What can be read at any version the ledger went through. No CDP is minted after the start. */
export function createReads({ tables, startVersion }: Chain, minted: number): Reads {
  const components = new Map([
    [ADDRESSES.lendingMarket, marketState(minted)],
    [ADDRESSES.lendingPool, lendingPoolState()],
  ]);
  return {
    mintedCount: () => minted,
    mintedId(position) {
      if (!Number.isInteger(position) || position < 0 || position >= minted) {
        throw new RangeError(`no CDP at position ${position}`);
      }
      return `#${position + 1}#`;
    },
    nonFungible(localId, stateVersion) {
      const found = tables.cdps.at(localId, stateVersion);
      if (found === undefined) {
        return { kind: "unknown" };
      }
      const lastUpdatedAtStateVersion = found.since;
      if (found.value.burned) return { kind: "burned", lastUpdatedAtStateVersion };
      return {
        kind: "live",
        // Built when it is asked for: the Gateway keeps most rows, and looks at the version only.
        get data() {
          return cdpData(found.value);
        },
        lastUpdatedAtStateVersion,
      };
    },
    componentState: (address) => components.get(address),
    keyValueEntries: createStoreReader(tables, startVersion),
    stakingUnit: (resource) => STAKING_UNITS.get(resource),
    fungibleDivisibility: (resource) => RESOURCE_ENTRIES.get(resource)?.asset.divisibility,
    balances(account, stateVersion) {
      const held = tables.accounts.at(account, stateVersion)?.value ?? new Map();
      return Object.fromEntries(
        Array.from(held, ([resource, amount]) => [resource, text(amount)] as const).filter(
          ([resource, amount]) => amount !== "0" && nftOfKey(resource) === undefined,
        ),
      );
    },
  };
}
