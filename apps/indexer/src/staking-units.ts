import { type CdpRead, RESOURCES_PER_REQUEST, type StakingUnitsRead } from "@weft/ledger";
import type { Cdp, Decimal, Market } from "@weft/protocol";

export interface StakingUnitsDeps {
  /** One request. It belongs to the process, not to the batch that asked first. */
  readonly read: (resources: readonly string[], stateVersion: bigint) => Promise<StakingUnitsRead>;
  /** Versions kept, at least 1. */
  readonly capacity: number;
}

/** The market, with the staking units that the CDPs pledge. */
export type WithStakingUnits = (
  market: Market,
  reads: ReadonlyMap<string, CdpRead>,
) => Promise<Market>;

/** What was asked at a version, by resource. */
type Asked = ReadonlyMap<string, Promise<StakingUnitsRead>>;

/**
 * Finds out what the staking units among collaterals redeem for by one request per state version, however many batches ask:
 * reading the market takes eleven, and a process may send twelve for it in a run. All that earlier batches and versions met
 * goes along as far as it fits. What was not asked about stays unknown to the market, and the ledger is asked about who
 * pledges it. A read that failed is not kept: the next batch tries anew.
 */
export function createStakingUnits({ read, capacity }: StakingUnitsDeps): WithStakingUnits {
  const versions = new Map<bigint, Asked>();
  /** The last met come first: what nobody pledges any more falls behind. */
  let met: readonly string[] = [];
  const others = new Set<string>();

  const ask = (stateVersion: bigint): Asked => {
    const resources = met.slice(0, RESOURCES_PER_REQUEST);
    const reading = read(resources, stateVersion);
    const asked: Asked = new Map(resources.map((resource) => [resource, reading]));
    versions.set(stateVersion, asked);
    reading.then(
      (found) => {
        for (const resource of found.others) others.add(resource);
        met = met.filter((resource) => !others.has(resource));
      },
      () => {
        if (versions.get(stateVersion) === asked) versions.delete(stateVersion);
      },
    );
    return asked;
  };

  return async (market, reads) => {
    const wanted = unknownCollaterals(market, reads).filter((resource) => !others.has(resource));
    if (wanted.length === 0) return market;
    met = [...new Set([...wanted, ...met])];
    const { stateVersion } = market;
    const asked = versions.get(stateVersion) ?? ask(stateVersion);
    for (const oldest of versions.keys()) {
      if (versions.size <= capacity) break;
      versions.delete(oldest);
    }
    const stakingUnits = new Map<string, Decimal>();
    for (const resource of wanted) {
      const redemption = (await asked.get(resource))?.redemptionsXrd.get(resource);
      if (redemption !== undefined) stakingUnits.set(resource, redemption);
    }
    return { ...market, stakingUnits };
  };
}

/** Held as collateral by those that owe something, and neither an asset of the market nor a deposit unit. */
function unknownCollaterals(
  { resourceConfigs, depositUnits }: Market,
  reads: ReadonlyMap<string, CdpRead>,
): string[] {
  const found = new Set<string>();
  for (const read of reads.values()) {
    if (read.kind !== "live" || read.cdp.loans.size === 0) continue;
    for (const resource of heldBy(read.cdp)) {
      if (!resourceConfigs.has(resource) && !depositUnits.has(resource)) found.add(resource);
    }
  }
  return [...found].sort();
}

const heldBy = ({ collaterals }: Cdp) => collaterals.keys();
